r$$hop$$.dataset IN $datasets
