(y$$hop$$ = b OR NOT y$$hop$$.id IN $$$set$$_hubs)
