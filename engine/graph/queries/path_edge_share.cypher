(NOT r$$hop$$:OWNERSHIP OR r$$hop$$._share >= $$$set$$_share)
