r$$hop$$.dataset IN $$$set$$_datasets
