(r$$hop$$._end IS NULL OR r$$hop$$._end >= $$$set$$_start)
