"""Which nodes lead back to themselves, and in which order are they reached?

A circle is a set of nodes each of which leads to each other (a strongly connected component); a
node on no cycle is a circle of its own.
"""

from collections.abc import Iterable, Iterator, Mapping


def circles(onward: Mapping[str, Iterable[str]], root: str) -> list[list[str]]:
    """The circles that a root leads to, its own first, each after all that lead to it.

    This is Tarjan's algorithm, without recursion.
    """
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    placed: set[str] = set()
    open_: list[str] = []
    found: list[list[str]] = []
    walk: list[tuple[str, Iterator[str]]] = []

    def enter(node: str) -> None:
        numbers[node] = lowest[node] = len(numbers)
        open_.append(node)
        walk.append((node, iter(onward.get(node, ()))))

    enter(root)
    while walk:
        node, following = walk[-1]
        fresh = None
        for far in following:
            if far not in numbers:
                fresh = far
                break
            if far not in placed:
                lowest[node] = min(lowest[node], numbers[far])
        if fresh is not None:
            enter(fresh)
            continue
        walk.pop()
        if walk:
            before = walk[-1][0]
            lowest[before] = min(lowest[before], lowest[node])
        if lowest[node] == numbers[node]:
            start = open_.index(node) if open_[-1] != node else len(open_) - 1
            circle, open_[start:] = open_[start:], []
            placed.update(circle)
            found.append(sorted(circle))
    return found[::-1]
