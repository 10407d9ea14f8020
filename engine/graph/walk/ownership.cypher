// Chains of ownership, one hop at a time.

// -- ownership_root --
// The company that is asked for.
MATCH (n:Entity {id: $id})
WHERE $$visible_record:n$$
RETURN properties(n) AS node

// -- said --
// Whether an ownership counts: one that a later statement of its record superseded does so only
// where a date is asked for (`$history`), and then in its own time.
($history OR NOT 'superseded' IN coalesce($$it$$.status, []))

// -- ownership_up --
// Who owns these companies? The largest shares first.
MATCH (b:Entity) WHERE b.id IN $ids
MATCH (a)-[r:OWNERSHIP]->(b)
WHERE $$visible:r$$ AND $$visible_record:a$$
  AND $$during:r$$
  AND $$said:r$$
RETURN a.id AS source, b.id AS target, properties(r) AS edge, properties(a) AS node
ORDER BY coalesce(r._share, 1.0) DESC, r.id, source, target
LIMIT $limit

// -- ownership_down --
// What do these companies own? The largest shares first.
MATCH (a:Entity) WHERE a.id IN $ids
MATCH (a)-[r:OWNERSHIP]->(b)
WHERE $$visible:r$$ AND $$visible_record:b$$
  AND $$during:r$$
  AND $$said:r$$
RETURN a.id AS source, b.id AS target, properties(r) AS edge, properties(b) AS node
ORDER BY coalesce(r._share, 1.0) DESC, r.id, source, target
LIMIT $limit
