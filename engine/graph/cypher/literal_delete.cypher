UNWIND $ids AS id
MATCH (l:Literal {id: id})
DETACH DELETE l
