"""Finds paths by their nodes alone, layer by layer from both ends.

The server's search walks relationships. Where thousands of them are parallel, as payments are,
each choice among them is a walk of its own: two hops are millions of walks, but few paths. Here
the server is only asked where a hop leads, so that parallel relationships count as one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count

Neighbours = dict[str, list[str]]
"""The ids of the nodes that a hop connects each node with."""
AskNeighbours = Callable[[int, bool, list[str]], Neighbours]
"""Answers where the hop at a place leads from each of some nodes; or, backwards, to each."""
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

    def __init__(self, source: str, target: str, ask: AskNeighbours, *, repeats: bool) -> None:
        self._source = source
        self._target = target
        self._ask = ask
        self._repeats = repeats
        self._known: dict[tuple[int, bool], Neighbours] = defaultdict(dict)
        """The neighbours read so far, by the place of the hop and whether backwards."""
        self._tries = count()
        self._neighbours = 0
        self.gave_up = False
        """Whether there may be paths that were not looked for."""

    def paths(self, lengths: range, wanted: int, *, one_length: bool) -> list[list[str]]:
        """The first ``wanted`` paths by length, then by ids.

        With ``one_length`` none is longer than the shortest.
        """
        paths: list[list[str]] = []
        try:
            for length in lengths:
                for path in self._simple_walks(self._steps(length)):
                    paths.append(path)
                    if len(paths) == wanted:
                        return paths
                if paths and one_length:
                    break
        except TooMany:
            self.gave_up = True
        return paths

    def _neighbours_of(self, place: int, back: bool, ids: set[str]) -> Neighbours:
        """Where the hop at a place leads from these nodes, each read once; raises TooMany."""
        place = 0 if self._repeats else place  # what the same hop answered is known already
        known = self._known[place, back]
        missing = sorted(ids - known.keys())
        for start in range(0, len(missing), NODES_PER_QUERY):
            part = missing[start : start + NODES_PER_QUERY]
            answer = self._ask(place, back, part)
            known.update((id_, answer.get(id_, [])) for id_ in part)
            self._neighbours += sum(map(len, answer.values()))
            if self._neighbours > MAX_STEPS:
                raise TooMany
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
