UNWIND $$rows$$ AS row MERGE (n:Literal {id: row.id}) SET n = row;
