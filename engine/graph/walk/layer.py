"""Finds paths by their nodes alone, layer by layer from both ends.

The server's search walks relationships. Where thousands of them are parallel, as payments are,
each choice among them is a walk of its own: two hops are millions of walks, but few paths. Here
the server is only asked where a hop leads, so that parallel relationships count as one. Where it
can be asked where two layers meet (``Meeting``), it names no neighbours of the last ones.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count

from engine.errors import QueryTimeout
from engine.graph.walk.meeting import Across, Meeting

Neighbours = dict[str, list[str]]
"""The ids of the nodes that a hop connects each node with."""
AskNeighbours = Callable[[int, bool, list[str]], Neighbours]
"""Answers where the hop at a place leads from each of some nodes; or, backwards, to each."""
GROWTH = 8
"""How many times more meetings are asked for where those before made too few paths."""
MAX_STEPS = 1_000_000
"""Neighbours that are read at most, and steps that are tried at most."""
NODES_PER_QUERY = 5_000
"""Nodes whose neighbours one query reads."""


class TooMany(Exception):
    """The search has taken MAX_STEPS."""


class Layers:
    """The paths from one node to another, in order.

    With ``repeats`` every hop is the same one; otherwise the hop at each place is its own.
    """

    def __init__(
        self,
        source: str,
        target: str,
        ask: AskNeighbours,
        *,
        repeats: bool,
        meeting: Meeting | None = None,
    ) -> None:
        self._source = source
        self._target = target
        self._ask = ask
        self._repeats = repeats
        self._meeting = meeting
        self._degrees: dict[tuple[bool, int], int] = {}
        """How many relationships a layer has, by whether it is ahead and its number."""
        self._known: dict[tuple[int, bool], Neighbours] = defaultdict(dict)
        """The neighbours read so far, by the place of the hop and whether backwards."""
        self._tries = count()
        self._neighbours = 0
        self.gave_up = False
        """Whether there may be paths that were not looked for."""
        self.is_late = False
        """Whether time ran out after some paths were found."""

    def paths(self, lengths: range, wanted: int, *, one_length: bool) -> list[list[str]]:
        """The first ``wanted`` paths by length, then by ids.

        With ``one_length`` none is longer than the shortest. Raises QueryTimeout where time ran out
        before any was found. Where a meeting is asked for, which
        ones of the longest that are answered is left open.
        """
        paths: list[list[str]] = []
        try:
            for length in lengths:
                for path in self._of_length(length, wanted - len(paths)):
                    paths.append(path)
                    if len(paths) == wanted:
                        return paths
                if paths and one_length:
                    break
        except TooMany:
            self.gave_up = True
        except QueryTimeout:
            if not paths:
                raise
            self.is_late = True
        return paths

    def _of_length(self, length: int, wanted: int) -> Iterator[list[str]]:
        """The paths of a length, in order, or about as many as are wanted; raises TooMany."""
        if self._meeting is None:
            yield from self._simple_walks(self._steps(length))
        elif length > 1:
            yield from self._through(self._meeting, length, wanted)
        elif self._meeting.is_one_hop():
            yield [self._source, self._target]

    def _through(self, meeting: Meeting, length: int, wanted: int) -> Iterator[list[str]]:
        """The paths through the nodes where two layers meet, a few first."""
        ahead, behind = self._grown(meeting, length)
        lefts, rights = ahead[-1] - {self._target}, behind[-1] - {self._source}
        back = self._degree(meeting, True, ahead) > self._degree(meeting, False, behind)
        limit, seen = 2 * wanted + GROWTH, set[tuple[str, ...]]()
        while lefts and rights:
            place = len(ahead) - 1
            found = meeting.across(place, lefts, rights, back=back, limit=limit)
            self._take(len(found))
            to, meetings, onward = self._around(found, ahead, behind, length)
            for path in self._simple_walks([*to, *meetings, *onward]):
                if tuple(path) not in seen:
                    seen.add(tuple(path))
                    yield path
            if len(found) < limit:
                return
            limit *= GROWTH

    def _grown(self, meeting: Meeting, length: int) -> tuple[list[set[str]], list[set[str]]]:
        """Layers from both ends, between the last of which there are two hops.

        That with fewer relationships grows, because it has fewer neighbours to read.
        """
        ahead, behind = [{self._source}], [{self._target}]
        while len(ahead) + len(behind) < length:
            if self._degree(meeting, True, ahead) <= self._degree(meeting, False, behind):
                place = len(ahead) - 1
                ahead.append(self._next(place, False, ahead[-1], self._source, self._target))
            else:
                place = length - len(behind)
                behind.append(self._next(place, True, behind[-1], self._target, self._source))
        return ahead, behind

    def _degree(self, meeting: Meeting, is_ahead: bool, layers: list[set[str]]) -> int:
        """How many relationships the last of some layers has."""
        key = (is_ahead, len(layers))
        if key not in self._degrees:
            self._degrees[key] = meeting.degree(layers[-1])
        return self._degrees[key]

    def _around(
        self,
        found: list[Across],
        ahead: list[set[str]],
        behind: list[set[str]],
        length: int,
    ) -> tuple[list[Neighbours], list[Neighbours], list[Neighbours]]:
        """Where each hop leads: to where layers meet, there, and on."""
        steps: tuple[defaultdict[str, set[str]], ...] = (defaultdict(set), defaultdict(set))
        for left, middle, right in found:
            steps[0][left].add(middle)
            steps[1][middle].add(right)
        meetings: list[Neighbours] = [
            {id_: sorted(onward) for id_, onward in step.items()} for step in steps
        ]
        to = self._steps_to(set(steps[0]), ahead)
        ends = {right for _, _, right in found}
        return to, meetings, self._steps_from(ends, behind, length)

    def _take(self, number: int) -> None:
        """Count what was read; raises TooMany."""
        self._neighbours += number
        if self._neighbours > MAX_STEPS:
            raise TooMany

    def _neighbours_of(self, place: int, back: bool, ids: set[str]) -> Neighbours:
        """Where the hop at a place leads from these nodes, each read once; raises TooMany."""
        place = 0 if self._repeats else place  # what the same hop answered is known already
        known = self._known[place, back]
        missing = sorted(ids - known.keys())
        for start in range(0, len(missing), NODES_PER_QUERY):
            part = missing[start : start + NODES_PER_QUERY]
            answer = self._ask(place, back, part)
            known.update((id_, answer.get(id_, [])) for id_ in part)
            self._take(sum(map(len, answer.values())))
        return known

    def _steps(self, length: int) -> list[Neighbours]:
        """Where each hop leads, for the walks of a length and from the nodes on them alone.

        Layers of nodes grow from both ends until they meet. What does not lead to where they meet
        is then left out.
        """
        ahead, behind = [{self._source}], [{self._target}]
        while len(ahead) + len(behind) < length + 2:
            # the smaller layer grows, because it has fewer neighbours to read
            if len(ahead[-1]) <= len(behind[-1]):
                place = len(ahead) - 1
                ahead.append(self._next(place, False, ahead[-1], self._source, self._target))
            else:
                place = length - len(behind)
                behind.append(self._next(place, True, behind[-1], self._target, self._source))
        meeting = ahead[-1] & behind[-1]
        return self._steps_to(meeting, ahead) + self._steps_from(meeting, behind, length)

    def _steps_to(self, meeting: set[str], ahead: list[set[str]]) -> list[Neighbours]:
        """Where each hop leads from the layers of the source to the meeting."""
        steps: list[Neighbours] = []
        allowed = meeting
        for place in reversed(range(len(ahead) - 1)):
            known = self._neighbours_of(place, False, set())
            step: Neighbours = {}
            for id_ in ahead[place] - {self._target}:
                if onward := sorted(allowed.intersection(known[id_])):
                    step[id_] = onward
            steps.append(step)
            allowed = set(step)
        return steps[::-1]

    def _steps_from(
        self, meeting: set[str], behind: list[set[str]], length: int
    ) -> list[Neighbours]:
        """Where each hop leads from the meeting through the layers of the target."""
        steps: list[Neighbours] = []
        allowed = meeting
        for place in range(length + 1 - len(behind), length):
            known = self._neighbours_of(place, True, set())
            step: defaultdict[str, list[str]] = defaultdict(list)
            for id_ in sorted(behind[length - place - 1] - {self._source}):
                for before in allowed.intersection(known[id_]):
                    step[before].append(id_)
            steps.append(step)
            allowed = {id_ for onward in step.values() for id_ in onward}
        return steps

    def _next(self, place: int, back: bool, layer: set[str], start: str, end: str) -> set[str]:
        """The nodes one hop further; the ends of the path are not passed through."""
        known = self._neighbours_of(place, back, layer - {end})
        return {neighbour for id_ in layer - {end} for neighbour in known[id_]} - {start}

    def _simple_walks(self, steps: list[Neighbours]) -> Iterator[list[str]]:
        """The walks along these steps that repeat no node, in order; raises TooMany."""
        walk, choices = [self._source], [iter(steps[0].get(self._source, ()))]
        while choices:
            step = next(choices[-1], None)
            if step is None:
                choices.pop()
                walk.pop()
            elif next(self._tries) > MAX_STEPS:
                raise TooMany
            elif step not in walk and len(walk) == len(steps):
                yield [*walk, step]
            elif step not in walk:
                walk.append(step)
                choices.append(iter(steps[len(walk) - 1].get(step, ())))
