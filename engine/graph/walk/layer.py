"""Paths by their nodes alone, layer by layer from both ends: parallel relationships are looked at once.

The server walks relationships. Where thousands run in parallel, as payments do, each choice among them is a walk of
its own, and the walks of two hops are millions; the paths among them are few.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count

Leads = dict[str, list[str]]
Ask = Callable[[int, bool, list[str]], Leads]
"""Where the hop at a place leads from each of some nodes or, told to look back, from where it leads to each."""
PLENTY = 1_000_000
"""No more neighbours than this are asked for, nor steps tried that may come back to a node."""
AT_ONCE = 5_000
"""Nodes whose neighbours are asked for at once."""


class TooMany(Exception):
    """There is more to look at than is looked at."""


class Layers:
    """The paths from one node to another, in order; one hop may repeat, or each is another."""

    def __init__(self, source: str, target: str, ask: Ask, *, repeats: bool) -> None:
        self._source = source
        self._target = target
        self._ask = ask
        self._repeats = repeats
        self._known: dict[tuple[int, bool], Leads] = defaultdict(dict)
        self._tries = count()
        self._neighbours = 0
        self.gave_up = False
        """Whether there may be paths that were not tried."""

    def paths(self, lengths: range, wanted: int, *, one_length: bool) -> list[list[str]]:
        """The first ``wanted`` paths by length, then by ids; with ``one_length`` none longer than the shortest."""
        found: list[list[str]] = []
        try:
            for length in lengths:
                for path in self._trails(self._steps(length)):
                    found.append(path)
                    if len(found) == wanted:
                        return found
                if found and one_length:
                    break
        except TooMany:
            self.gave_up = True
        return found

    def _leads(self, place: int, back: bool, ids: set[str]) -> Leads:
        """Where the hop at a place leads from these: asked for once; raises TooMany."""
        place = 0 if self._repeats else place
        known = self._known[place, back]
        missing = sorted(ids - known.keys())
        for start in range(0, len(missing), AT_ONCE):
            part = missing[start : start + AT_ONCE]
            found = self._ask(place, back, part)
            known.update((id_, found.get(id_, [])) for id_ in part)
            self._neighbours += sum(map(len, found.values()))
            if self._neighbours > PLENTY:
                raise TooMany
        return known

    def _steps(self, length: int) -> list[Leads]:
        """For each hop of the walks of a length, where it leads from each node that one gets to and on from."""
        ahead, behind = [{self._source}], [{self._target}]
        while len(ahead) + len(behind) < length + 2:
            if len(ahead[-1]) <= len(behind[-1]):
                ahead.append(
                    self._next(len(ahead) - 1, False, ahead[-1], self._source, self._target)
                )
            else:
                behind.append(
                    self._next(length - len(behind), True, behind[-1], self._target, self._source)
                )
        meeting = allowed = ahead[-1] & behind[-1]
        middle = len(ahead) - 1
        steps: list[Leads] = [{} for _ in range(length)]
        for place in reversed(range(middle)):
            known = self._leads(place, False, set())
            chosen = {
                id_: sorted(allowed.intersection(known[id_]))
                for id_ in ahead[place] - {self._target}
            }
            steps[place] = {id_: onward for id_, onward in chosen.items() if onward}
            allowed = set(steps[place])
        allowed = meeting
        for place in range(middle, length):
            known, turned = self._leads(place, True, set()), defaultdict(list)
            for id_ in sorted(behind[length - place - 1] - {self._source}):
                for before in allowed.intersection(known[id_]):
                    turned[before].append(id_)
            steps[place] = turned
            allowed = {id_ for onward in turned.values() for id_ in onward}
        return steps

    def _next(self, place: int, back: bool, layer: set[str], start: str, end: str) -> set[str]:
        """The nodes one hop further; the ends of the path are not passed through."""
        known = self._leads(place, back, layer - {end})
        return {found for id_ in layer - {end} for found in known[id_]} - {start}

    def _trails(self, steps: list[Leads]) -> Iterator[list[str]]:
        """The walks along these steps that come back to no node, in order; raises TooMany."""
        trail, open_ = [self._source], [iter(steps[0].get(self._source, ()))]
        while open_:
            step = next(open_[-1], None)
            if step is None:
                open_.pop()
                trail.pop()
            elif next(self._tries) > PLENTY:
                raise TooMany
            elif step not in trail and len(trail) == len(steps):
                yield [*trail, step]
            elif step not in trail:
                trail.append(step)
                open_.append(iter(steps[len(trail) - 1].get(step, ())))
