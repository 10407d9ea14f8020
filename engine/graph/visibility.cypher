// What a reader may see. Every query that answers a reader includes these parts; none writes
// the rule out itself. `$$visible:r$$` stands for the part `visible` with `r` for its `$$it$$`.
// The parameters and the same rule for what was read already are in visibility.py.

// -- visible --
// Whether the reader may read the dataset that a node or relationship belongs to.
$$it$$.dataset IN $datasets

// -- visible_or_mention --
// The same for a walk that crosses mentions: the reader may see one if they may see both its ends.
($$visible:it$$ OR $$it$$:MENTIONS)

// -- visible_record --
// Whether the reader may see a node that is a record: it has arrived, and is no stub.
$$visible:it$$ AND $$it$$._stub IS NULL

// -- visible_value --
// Whether the reader may see a shared value, which belongs to no dataset.
// It is there for whom 2 to `$most_holders` of the records that they may read hold it, and none of
// whose datasets alone has more: such datasets are its `_hubs`.
$$it$$:Literal
  AND ($$it$$._hubs IS NULL OR none(hub IN $$it$$._hubs WHERE hub IN $datasets))
  AND COUNT {
    MATCH ($$it$$)<-[held]-() WHERE $$visible:held$$ RETURN held LIMIT $most_holders + 1
  } IN range(2, $most_holders)

// -- visible_node --
// Whether the reader may see a node, be it a record or a shared value.
($$visible:it$$ OR $$visible_value:it$$) AND $$it$$._stub IS NULL

// -- visible_passed --
// Whether the reader may see a node that a path passes, across two relationships they may see.
// So they may see two holders of a shared value; `$hidden` has values that are hidden all the same.
// Neo4j 2026.04 cannot count relationships in a pattern for shortest paths (error 50N00).
($$visible:it$$ OR $$it$$:Literal AND NOT $$it$$.id IN $hidden) AND $$it$$._stub IS NULL

// -- visible_degree --
// How many relationships of a node the reader sees: up to `$bound` to records, as many to values.
// One to a record that they may not see counts, as does one to a record that never came.
// In two parts, because Neo4j would look at the holders of all nodes where one part has an OR.
COUNT {
    MATCH ($$it$$)-[x]-(y) WHERE $$visible:x$$ AND NOT y:Literal RETURN x LIMIT $bound
  } + COUNT {
    MATCH ($$it$$)-[x]-(y) WHERE $$visible:x$$ AND $$visible_value:y$$ RETURN x LIMIT $bound
  }

// -- visible_dataset --
// Whether the reader may read a dataset, given its node.
$$it$$.name IN $datasets

// -- visible_run --
// Whether the reader may know of a run: of the collection with its pairs, and of what it compares.
$$it$$.collection IN $datasets AND $$it$$.source IN $datasets

// -- visible_judgement --
// Whether the reader may read the collection that a judgement, or a suggestion, belongs to.
// These have no dataset: so `visible` hides them, and only who asks for them finds them.
$$it$$.collection IN $datasets
