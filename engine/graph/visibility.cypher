// What a reader may see. Every query that answers a reader includes these parts; none writes
// the rule out itself. `$$visible:r$$` stands for the part `visible` with `r` for its `$$it$$`.
// The parameters and the same rule for what was read already are in visibility.py.

// -- visible --
// Whether the reader may read the dataset that a node or relationship belongs to.
$$it$$.dataset IN $datasets

// -- visible_record --
// Whether the reader may see a node that is a record: it has arrived, and is no stub.
$$visible:it$$ AND $$it$$._stub IS NULL

// -- visible_node --
// Whether the reader may see a node that a visible relationship leads to.
// A shared value belongs to no dataset: who may see what leads to it may see the value.
($$visible:it$$ OR $$it$$:Literal) AND $$it$$._stub IS NULL

// -- visible_end --
// Whether the reader may see a node that is looked up by its id, be it a record or a shared value.
$$it$$._stub IS NULL
  AND ($$visible:it$$ OR $$it$$:Literal AND EXISTS { ($$it$$)-[held]-() WHERE $$visible:held$$ })
