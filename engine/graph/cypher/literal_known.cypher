UNWIND $ids AS id
MATCH (l:Literal {id: id}) RETURN id
