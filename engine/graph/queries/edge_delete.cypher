// not by the index of ids: a transaction that has deleted many looks each of them up again at every seek
UNWIND $elements AS element
MATCH ()-[r]->()
WHERE elementId(r) = element
DELETE r
