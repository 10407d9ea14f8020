// a null in a map takes the property away
MERGE (d:Dataset {name: $name}) SET d += $changes
