UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
WHERE COUNT { (l)--() } < 2
DETACH DELETE l
