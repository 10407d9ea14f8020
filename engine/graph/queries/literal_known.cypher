UNWIND $ids AS id
MATCH (l:Literal {id: id})
USING INDEX l:Literal(id)
RETURN id
