MERGE (r:Run {id: $id}) SET r = $properties
