(y$$hop$$ = b OR NOT y$$hop$$:Literal)
