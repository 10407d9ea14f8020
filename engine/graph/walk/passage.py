"""Which shares depend on ownerships of some kind, such as those whose share is unknown?

The share of i in j is the sum over the walks of value from j up to i that meet i once, at their
end. So an ownership counts for it only if such a walk crosses it: what i holds of itself, through
whatever cycle, does not. Downwards these are the walks that never come back to the root. Upwards
each owner has walks of its own, and dominators tell all of them at once: place each node twice,
once before a walk has crossed an ownership of that kind and once after. Then the share of i depends
on one if a walk comes to "i, after" and does not have to pass "i, before".
"""

from collections.abc import Iterable, Mapping, Sequence

Place = tuple[str, bool]
"""A node, and whether the walk has crossed an ownership of the kind."""
Onward = dict[Place, list[Place]]


def depending(edges: Iterable[tuple[str, str, bool]], root: str, *, up: bool) -> set[str]:
    """The nodes whose share depends on an edge of the kind; the root for what it has of itself.

    Edges are the node nearer to the root, the other one, and whether the edge is of the kind.
    """
    onward: dict[Place, dict[Place, None]] = {}
    kinds = set()
    for near, far, is_of_kind in edges:
        kinds.add(is_of_kind)
        onward.setdefault((near, False), {})[far, is_of_kind] = None
        onward.setdefault((near, True), {})[far, True] = None
    if True not in kinds:
        return set()
    if not up:
        # a walk that is back at the root is at its end
        onward.pop((root, True), None)
    start = (root, False)
    order = outward_order(onward, start)
    after = [node for node, crossed in order if crossed]
    if not up:
        return set(after)
    above = dominators(onward, order)
    places = {place: number for number, place in enumerate(order)}
    found = {root} & set(after)
    for node in after:
        if (node, False) not in places or not has_above(node, places, above):
            found.add(node)
    return found


def has_above(node: str, places: Mapping[Place, int], above: Sequence[int]) -> bool:
    """Whether each walk to "node, after" passes "node, before"."""
    wanted, here = places[node, False], places[node, True]
    while here > wanted:
        here = above[here]
    return here == wanted


def outward_order(onward: Mapping[Place, Iterable[Place]], start: Place) -> list[Place]:
    """The places that a start leads to, in reverse postorder: the start comes first."""
    seen = {start}
    walk = [(start, iter(onward.get(start, ())))]
    order = []
    while walk:
        here, following = walk[-1]
        for place in following:
            if place not in seen:
                seen.add(place)
                walk.append((place, iter(onward.get(place, ()))))
                break
        else:
            walk.pop()
            order.append(here)
    return order[::-1]


def dominators(onward: Mapping[Place, Iterable[Place]], order: Sequence[Place]) -> list[int]:
    """For each place of ``outward_order`` the last other one that all walks to it pass.

    Places are numbers in that order. This is the algorithm of Cooper, Harvey and Kennedy (2001).
    """
    numbers = {place: number for number, place in enumerate(order)}
    before: list[list[int]] = [[] for _ in order]
    for place in order:
        for far in onward.get(place, ()):
            before[numbers[far]].append(numbers[place])
    above = [0] + [-1] * (len(order) - 1)
    changed = True
    while changed:
        changed = False
        for number in range(1, len(order)):
            known = [other for other in before[number] if above[other] >= 0]
            meeting = known[0]
            for other in known[1:]:
                meeting = common(meeting, other, above)
            changed = changed or above[number] != meeting
            above[number] = meeting
    return above


def common(one: int, other: int, above: Sequence[int]) -> int:
    """The last place that lies above both of two."""
    while one != other:
        if one > other:
            one = above[one]
        else:
            other = above[other]
    return one
