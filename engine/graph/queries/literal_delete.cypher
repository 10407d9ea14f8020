UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
DETACH DELETE l
