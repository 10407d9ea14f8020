(r$$hop$$._start IS NULL OR r$$hop$$._start <= $$$set$$_end)
