UNWIND $elements AS element
MATCH (n)
WHERE elementId(n) = element
DELETE n
