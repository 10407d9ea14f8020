"""Sends files to another Clew in parts, goes on where it stopped, and has them loaded there.

The upload is named by what is sent (names, sizes and times of the files). So the same command, run
again after it was interrupted, finds the parts that are there already.
"""

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import requests
from urllib3.exceptions import InvalidHeader

from engine.errors import BadInput, ClewError
from engine.upload import FILE
from loaders.intake.address import masked
from loaders.intake.http import BUSY, FAULTS, RETRY_AFTER, TEMPORARY, failure, session_until
from loaders.intake.meter import Meter

PART = 8 * 1024 * 1024
"""Bytes of one request."""
TRIES = 8
"""How often in a row a request is sent that fails for a reason that may pass."""
LONGEST_PAUSE = 60.0
TIMEOUTS = (30.0, 120.0)
"""Seconds to wait for a connection, and for the next bytes of an answer: a load sends some."""


class PushFailed(ClewError):
    """What was sent was not taken; the message says why."""


@dataclass(frozen=True)
class Push:
    """Where files go, and how they are loaded there."""

    url: str
    """The address of the other Clew: ``https://clew.example.org``."""
    key: str
    """An API key with the scopes ``write`` and ``bulk``."""
    dataset: str
    options: Mapping[str, str]
    """``title``, ``format``, ``keep``, ``mapping`` (the name of a file), ``public``."""
    pause: Callable[[float], None] = time.sleep

    def send(self, files: Sequence[Path], meter: Meter) -> Mapping[str, Any]:
        """Send the files and load them; the report of the load.

        Raises BadInput for a file that is not there or a key that is none, PushFailed.
        """
        names = named(files)
        with session_until(math.inf) as session:
            session.headers["Authorization"] = f"Bearer {self.key}"
            place = f"{self._datasets}/uploads/{identity(names)}"
            there = self._ask(session, meter, "GET", place)["files"]
            for name, file in names.items():
                self._send_file(session, f"{place}/{quote(name)}", file, there.get(name, 0), meter)
            meter.message("Loading")
            load = f"{place}/load?{urlencode(self.options)}"
            return self._ask(session, meter, "POST", load)

    @property
    def _datasets(self) -> str:
        return f"{self.url.rstrip('/')}/datasets/{quote(self.dataset)}"

    def _send_file(
        self, session: requests.Session, address: str, file: Path, offset: int, meter: Meter
    ) -> None:
        """Send what is not there yet of one file."""
        total = file.stat().st_size
        meter.begin(file.name, total)
        with file.open("rb") as opened:
            while True:
                meter.advance(offset, 0)
                opened.seek(offset)
                part = opened.read(PART)
                if not part and (offset or total):
                    return
                answer = self._ask(session, meter, "PUT", f"{address}?offset={offset}", part)
                offset = answer["size"]
                if not part:
                    return

    def _ask(
        self,
        session: requests.Session,
        meter: Meter,
        method: str,
        address: str,
        body: bytes | None = None,
    ) -> Mapping[str, Any]:
        """The answer to one request, sent again where that may help; raises PushFailed."""
        for left in reversed(range(TRIES)):
            try:
                response = session.request(method, address, data=body, timeout=TIMEOUTS)
            except TEMPORARY as error:
                problem, wait = str(failure(masked(address), error)), 2.0 ** (TRIES - left - 1)
            except FAULTS as error:
                raise PushFailed(str(failure(masked(address), error))) from None
            else:
                answer = answer_of(response)
                if response.status_code == 409 and "Upload-Offset" in response.headers:
                    # a part came whose answer was lost: go on where the other side is
                    return {"size": int(response.headers["Upload-Offset"])}
                problem = problem_of(response, answer)
                if not problem:
                    return answer
                if response.status_code not in (*BUSY, 409):
                    raise PushFailed(problem)
                wait = pause_asked(response)
            if left:
                wait = min(max(wait, 1.0), LONGEST_PAUSE)
                meter.message(f"{problem}. Trying again in {wait:.0f} s")
                self.pause(wait)
        raise PushFailed(f"{problem}. Run the same again: it goes on where this stopped")


def pause_asked(response: requests.Response) -> float:
    """The seconds after which the other side wants to be asked again."""
    with suppress(InvalidHeader):
        return RETRY_AFTER.parse_retry_after(response.headers.get("Retry-After", "1"))
    return 1.0


def answer_of(response: requests.Response) -> Mapping[str, Any]:
    """The JSON of an answer; nothing where it is none."""
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def problem_of(response: requests.Response, answer: Mapping[str, Any]) -> str:
    """What the other side says is wrong; nothing where all is well."""
    if errors := answer.get("errors"):
        return str(errors[0]["message"])
    if response.ok and answer:
        return ""
    status = f"{response.status_code} {response.reason}"
    return f"{masked(response.url)} answers {status}: is there a Clew at this address?"


def named(files: Sequence[Path]) -> dict[str, Path]:
    """The files by the name under which they are sent; raises BadInput."""
    names: dict[str, Path] = {}
    for file in files:
        if not file.is_file():
            raise BadInput(f"{file} is no file")
        if not FILE.fullmatch(file.name):
            raise BadInput(f"{file.name}: rename it with letters, digits, blanks and . _ - only")
        if file.name in names:
            raise BadInput(f"two files are called {file.name}: rename one")
        names[file.name] = file
    return names


def identity(names: Mapping[str, Path]) -> str:
    """The name of an upload of these files: another one where a file has changed."""
    digest = hashlib.sha256()
    for name, file in sorted(names.items()):
        state = file.stat()
        digest.update(f"{name}\n{state.st_size}\n{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]
