"""Which id a row gives an entity: a hash of its keys' values, or the value of its id column.

**Our own ids** hash each key in the order written, with its length before it, so that two
different lists of keys never meet.

**FollowTheMoney's ids** hash the keys' values sorted and with nothing between, after the dataset's
prefix and the ``key_literal``. So ('ab', 'c') and ('a', 'bc') get one id, and so do a share of A
in B and one of B in A. What gets one id is merged, as FollowTheMoney's ``aggregate`` does: the
values together, under the most specific schema. ``digest`` tells such rows apart, so that a load
can say how many there were.

**Aleph's ids** are FollowTheMoney's with a signature behind them; references are signed too.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha1

from followthemoney.namespace import Namespace
from followthemoney.util import sanitize_text

from engine.validation import is_id, shown
from loaders.mapping.rule import EntityRule, IdScheme
from loaders.table.table import key_column

CACHED = 20_000
"""Cells that are remembered cleaned."""
plain = lru_cache(CACHED)(sanitize_text)
Sign = Callable[[str], str]


class Unfit(Exception):
    """The row cannot be used; the message says why."""


class Identity:
    """The id of one entity of a query, out of a row's cells."""

    def __init__(self, rule: EntityRule, ids: IdScheme, at: Mapping[str, int]) -> None:
        """``at`` has the place of each column's cell in the row."""
        self._name = rule.name
        self._id_column = rule.id_column
        # a database has cells of its own for what FollowTheMoney hashes
        self._at = [at[key_column(c) if key_column(c) in at else c] for c in rule.id_columns]
        self._seed = sha1(netstring(rule.key_literal))
        self._ftm_seed = sha1(f"{ids.prefix}{rule.key_literal}".encode()) if ids.of_ftm else None
        self._sign = signature(ids)

    def of(self, cells: Sequence[str]) -> str:
        """The id that these cells give, empty where all of them are; raises Unfit for a bad one."""
        values = [plain(cells[at]) or "" for at in self._at]
        if not any(values):
            return ""
        if self._id_column is not None:
            raw = self._checked(values[0])
        elif self._ftm_seed is not None:
            digest = self._ftm_seed.copy()
            digest.update(b"".join(sorted(value.encode() for value in values)))
            raw = digest.hexdigest()
        else:
            return self._own(values)
        return raw if self._sign is None else self._sign(raw)

    def digest(self, cells: Sequence[str]) -> str:
        """What tells keys apart that FollowTheMoney gives one id; empty where they are their id."""
        if self._ftm_seed is None or self._id_column is not None:
            return ""
        return self._own([plain(cells[at]) or "" for at in self._at])

    def _own(self, values: Sequence[str]) -> str:
        digest = self._seed.copy()
        for value in values:
            digest.update(netstring(value))
        return digest.hexdigest()

    def _checked(self, value: str) -> str:
        if not is_id(value):
            raise Unfit(
                f"column {self._id_column!r} holds {shown(value)}, which is no id for "
                f"{self._name}: letters, digits, . and - (or use key, which takes anything)"
            )
        return value


def signature(ids: IdScheme) -> Sign | None:
    """How an id is signed; None where it is not."""
    if ids.name != "aleph":
        return None
    namespace = Namespace(ids.prefix)
    return lru_cache(CACHED)(lambda entity_id: namespace.sign(entity_id) or entity_id)


def netstring(text: str) -> bytes:
    """A text that cannot be taken for part of its neighbour: its length goes before it."""
    data = text.encode("utf-8", "surrogatepass")
    return b"%d:%s," % (len(data), data)
