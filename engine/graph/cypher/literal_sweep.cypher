UNWIND $ids AS id
MATCH (l:Literal {id: id}) WHERE COUNT { (l)--() } < 2
DETACH DELETE l
