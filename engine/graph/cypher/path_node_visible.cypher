y$$hop$$._stub IS NULL AND (y$$hop$$.dataset IN $datasets OR y$$hop$$:Literal)
