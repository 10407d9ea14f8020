(y$$hop$$ = b OR y$$hop$$:Literal OR y$$hop$$.dataset IN $$$set$$_datasets)
