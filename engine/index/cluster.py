"""Which values many entries share, counted by the index."""

from itertools import islice

import tantivy
from tantivy import Query

from engine.access import Access
from engine.cluster import Cluster, ClusterQuestion, ClusterType
from engine.index import clause
from engine.index.field import LITERAL, layout
from engine.index.rank import Ranking, both
from engine.index.tally import Tallies
from engine.index.term import one_of

ENDS = {
    ClusterType.DIRECTOR: ("Directorship", "source", "target"),
    ClusterType.OWNER: ("Ownership", "source", "target"),
}
"""Of clusters around a record: the edges, the side that it is on, and that of the members."""
ADDRESS = "fact.addressEntity"
STEP = 100
"""Values that are looked at together."""


def clusters(
    searcher: tantivy.Searcher, question: ClusterQuestion, access: Access
) -> list[Cluster]:
    """The values that the most of a reader's records share, the most shared first."""
    query = clause.allowed(access, question.filter)
    tallies = Tallies(searcher, access)
    if question.type in ENDS:
        schema, place, members = ENDS[question.type]
        query = both(query, one_of("schema", [schema]))
        ranking = Ranking(searcher, query, place)
    elif question.type is ClusterType.ADDRESS_ENTITY:
        place, members = ADDRESS, "id"
        ranking = Ranking(searcher, query, place)
    else:
        place, members = LITERAL, "id"
        kind = question.type.value.lower()
        ranking = Ranking(searcher, query, place, include=f"literal:{kind}:.*")
    found: list[Cluster] = []
    waiting = iter(ranking)
    while len(found) < question.first and (some := list(islice(waiting, STEP))):
        visible = tallies.records([key for _, key in some])
        for size, key in some:
            if size < question.min_size:
                return found
            if key in visible and len(found) < question.first:
                sharing = both(query, Query.term_query(layout(), place, key))
                ids = _members(searcher, tallies, sharing, members, question.members)
                found.append(Cluster(key, key.split(":", 2)[-1], int(size), ids))
    return found


def _members(
    searcher: tantivy.Searcher, tallies: Tallies, sharing: Query, place: str, first: int
) -> list[str]:
    """The ids of the first of those that share a value; those that share most, then by id."""
    found: list[str] = []
    waiting = iter(Ranking(searcher, sharing, place))
    while len(found) < first and (some := [key for _, key in islice(waiting, STEP)]):
        visible = tallies.records(some)
        found += [key for key in some if key in visible]
    return found[:first]
