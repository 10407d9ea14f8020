"""Which records of which datasets have a name with a key, as far as a reader may see them."""

from collections.abc import Mapping, Sequence

import tantivy
from tantivy import Order, Query

from engine.access import Access
from engine.index.clause import allowed
from engine.index.facet import dataset_counts
from engine.index.term import every, one_of


def holders_of(
    searcher: tantivy.Searcher, field: str, keys: Mapping[str, int], access: Access, most: int
) -> list[str]:
    """The ids of the records that have one of the keys in a field, in order.

    Of a dataset in which more than ``most`` have a key these are left out: what so many share names
    none of them. Each dataset is counted by itself, so that no other one changes what is found.
    ``keys`` has how many records have each in all datasets, at least.
    """
    rare = [key for key, count in keys.items() if count <= most]
    found = set(_ids(searcher, one_of(field, rare), access, sum(keys[key] for key in rare)))
    for key in keys.keys() - set(rare):
        held = one_of(field, [key])
        counts = dataset_counts(searcher, every([held, allowed(access)]))
        few = {name: count for name, count in counts.items() if count <= most}
        query = every([held, one_of("dataset", sorted(few))])
        found.update(_ids(searcher, query, access, sum(few.values())))
    return sorted(found)


def _ids(searcher: tantivy.Searcher, query: Query, access: Access, limit: int) -> Sequence[str]:
    if not limit:
        return []
    hits = searcher.search(
        every([query, allowed(access)]), limit, count=False, order_by_field="id", order=Order.Asc
    ).hits
    return [str(id_) for id_, _ in hits]
