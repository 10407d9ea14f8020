(y$$hop$$ = b OR y$$hop$$:$$labels$$)
