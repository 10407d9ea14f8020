"""Rewrites ids that FollowTheMoney does not allow, so that each is allowed and stays unique.

FollowTheMoney's ids are letters, digits, ``.`` and ``-``, and neither begin nor end with the last
two. An id that is one already, and holds no ``..``, stays as it is. Any other begins with ``x..``
and has every character but letters and digits as ``..`` and two hexadecimal digits for each byte
of its UTF-8; one that gets too long is ``x..s`` and its SHA-1.

What is made out of a record (its second interest) has the record's id, ``..``, a letter that is no
hexadecimal digit, and a number. So each id can be read back or is a digest, and none can meet.
"""

import re
from hashlib import sha1

from engine.errors import BadInput
from engine.validation import is_id

LONGEST = 200
"""Characters; what is made out of it has room up to 255."""
ODD = re.compile(r"[^0-9a-zA-Z]")


def allowed(raw: str) -> str:
    """The id as FollowTheMoney allows it, another for each text; raises BadInput for no text."""
    if len(raw) <= LONGEST and ".." not in raw and is_id(raw):
        return raw
    if not raw:
        raise BadInput("an id is empty")
    data = raw.encode("utf-8", "surrogatepass")
    text = "x.." + ODD.sub(in_hexadecimal, raw)
    return text if len(text) <= LONGEST else "x..s" + sha1(data, usedforsecurity=False).hexdigest()


def in_hexadecimal(character: "re.Match[str]") -> str:
    """One character, as two digits a byte."""
    return "".join(f"..{byte:02x}" for byte in character[0].encode("utf-8", "surrogatepass"))


def derived(raw: str, letter: str, number: int) -> str:
    """The id of something that a record makes besides itself; the letter says what it is."""
    return f"{allowed(raw)}..{letter}{number}"
