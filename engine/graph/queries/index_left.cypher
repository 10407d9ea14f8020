SHOW INDEXES YIELD name, owningConstraint WHERE owningConstraint IS NULL RETURN name
