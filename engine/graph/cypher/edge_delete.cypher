UNWIND $ids AS id
MATCH ()-[r:$$type$$]->() WHERE r.id = id
DELETE r
