"""What was lost on the way from rows to entities: counted, and told with the first case of each."""

from dataclasses import dataclass

SHOWN = 20
"""Kinds of losses that are told."""


@dataclass
class Loss:
    """How often, and the first time: in which source, in which row, with what."""

    count: int
    source: str
    place: int
    value: str


class Tally:
    """The losses of one load, by what they are."""

    def __init__(self) -> None:
        self._losses: dict[str, Loss] = {}

    def add(self, what: str, source: str, place: int, value: str = "") -> None:
        """This once more; ``what`` says it with ``{count}`` where the number goes."""
        loss = self._losses.get(what)
        if loss is None:
            self._losses[what] = Loss(1, source, place, value)
        else:
            loss.count += 1

    def told(self) -> list[str]:
        """A line for each, the most frequent first."""
        ordered = sorted(self._losses.items(), key=lambda item: -item[1].count)
        lines = [sentence(what, loss) for what, loss in ordered[:SHOWN]]
        if len(ordered) > SHOWN:
            lines.append(f"… and {len(ordered) - SHOWN:,} more kinds of values that were left out")
        return lines


def sentence(what: str, loss: Loss) -> str:
    """One loss as a person says it."""
    if loss.count == 1:
        what = (
            what.replace("{count} rows", "{count} row")
            .replace("{count} cells", "{count} cell")
            .replace("values are no", "value is no")
            .replace("were", "was")
        )
        where = f": {loss.value}" if loss.value else ""
        return f"{what.format(count=1)}{where} in {loss.source} row {loss.place:,}"
    where = f"{loss.value} in" if loss.value else "in"
    return f"{what.format(count=f'{loss.count:,}')}, first {where} {loss.source} row {loss.place:,}"
