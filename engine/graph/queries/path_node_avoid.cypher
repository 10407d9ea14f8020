(y$$hop$$ = b OR NOT y$$hop$$.id IN $avoid)
