(y$$hop$$.dataset IN $datasets OR y$$hop$$:Literal) AND y$$hop$$._stub IS NULL
