"""One file of a web server, over as many requests as it takes.

A server that is busy, silent or breaks off is asked again a little later. What has arrived is not
asked for again, if the server can tell that it still has the same version of the file (``If-Range``
of RFC 9110). Bytes are passed on as they arrive, so memory stays flat.
"""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import astuple, dataclass

import requests

from loaders.intake.address import without_query
from loaders.intake.http import (
    FAULTS,
    TEMPORARY,
    FetchFailed,
    ServerBusy,
    failure,
    is_encoded,
    refusal,
    session_until,
)

CHUNK = 64 * 1024
"""The most bytes that are read at a time."""
SHORTEST = 0.001
"""Seconds: the least timeout that sockets take."""


class NotModified(Exception):
    """The file is still the version that we know."""


@dataclass(frozen=True)
class Limits:
    """How long a download may take, how large it may be, and how often it is tried again."""

    silence: float = 60.0
    """Seconds that the server may be silent."""
    seconds: float = 6 * 3600.0
    """Seconds that all of it may take."""
    size: int = 20 * 1024**3
    """Bytes of the file."""
    tries: int = 4
    """How often the server is asked again."""
    wait: float = 1.0
    """Seconds before the second try; each later one waits twice as long."""


@dataclass(frozen=True)
class FileVersion:
    """What a server says of a file, by which one version is told from another."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None
    """Bytes of the complete file."""

    @classmethod
    def of(cls, url: str, response: requests.Response) -> "FileVersion":
        """The version that a server answers with, be it all of it (200) or a part (206)."""
        headers = response.headers
        if response.status_code == 206:
            size = headers.get("Content-Range", "").rpartition("/")[2]
        else:
            size = headers.get("Content-Length", "")
        # the length of an encoded answer is not the file's
        known = size.isdecimal() and not is_encoded(response)
        etag, last_modified = headers.get("ETag"), headers.get("Last-Modified")
        return cls(url, etag, last_modified, int(size) if known else None)

    def contradicts(self, other: "FileVersion") -> bool:
        """Whether these cannot be one version: something that both say differs."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return any(None not in pair and pair[0] != pair[1] for pair in pairs)

    def condition(self) -> str | None:
        """What If-Range takes: a strong ETag, or else the date; None without both."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified

    def is_surely(self, other: "FileVersion") -> bool:
        """Whether these are one version beyond doubt, by a strong ETag or the date."""
        condition = self.condition()
        return (
            condition is not None and condition == other.condition() and not self.contradicts(other)
        )


class Download:
    """What has arrived of one file so far, and the rest of it.

    ``position`` bytes of a ``version`` are here; the complete file has ``size``, if that is known.
    """

    def __init__(
        self,
        url: str,
        limits: Limits,
        *,
        start_over: Callable[[FileVersion], None] | None = None,
        version: FileVersion | None = None,
        position: int = 0,
    ) -> None:
        """Bytes of an earlier download may be here already, if their version has a condition.

        ``start_over`` is called when the bytes that follow are the first of a version, so that
        earlier ones are dropped. Without it the bytes are passed on for good: the download fails
        where the server has another version by now.
        """
        self.url = url
        self.version = version
        self.position = position
        self.size: int | None = None
        self._limits = limits
        self._start_over = start_over
        self._encoded = False
        self._end = time.monotonic() + limits.seconds

    def chunks(self, known: FileVersion | None = None) -> Generator[bytes]:
        """The bytes that are missing, as they arrive; raises FetchFailed.

        Raises NotModified if the server says that the file still is the ``known`` version.
        """
        with session_until(self._end) as session:
            for attempt in range(self._limits.tries + 1):
                wait = self._limits.wait * 2**attempt
                try:
                    yield from self._request(session, known)
                    return
                except ServerBusy as error:
                    failed: FetchFailed = error
                    wait = max(wait, error.wait)
                except FAULTS as error:
                    failed = self._failure(error)
                    if not isinstance(error, TEMPORARY):
                        raise failed from None
                tired = attempt == self._limits.tries or not self._can_continue()
                if tired or time.monotonic() + wait > self._end:
                    raise failed
                time.sleep(wait)

    def _request(self, session: requests.Session, known: FileVersion | None) -> Iterator[bytes]:
        """Ask once, for the rest of what is here or else for all of it."""
        resumes = self._resumes()
        timeout = max(min(self._limits.silence, self._end - time.monotonic()), SHORTEST)
        headers = self._rest_headers() if resumes else self._condition_headers(known)
        with session.get(self.url, headers=headers, stream=True, timeout=timeout) as response:
            if time.monotonic() >= self._end:
                raise self._too_late()
            if response.status_code == 304 and headers and not resumes:
                raise NotModified
            if resumes and self._is_rest(response):
                yield from self._receive(response)
                return
            if response.status_code == 200:
                yield from self._receive(response, skip=self._begin(response))
                return
            if not resumes or response.status_code not in (206, 416):
                raise refusal(without_query(self.url), response)
        # Some servers ignore If-Range, and answer with a part of another version, or with none.
        self._forget()
        yield from self._request(session, known)

    def _resumes(self) -> bool:
        """Whether the next request is for the rest only."""
        condition = None if self.version is None else self.version.condition()
        return self.position > 0 and condition is not None and not self._encoded

    def _can_continue(self) -> bool:
        """Whether another request is of use: what is here can be resumed, or dropped."""
        return self._resumes() or not self.position or self._start_over is not None

    def _rest_headers(self) -> dict[str, str]:
        assert self.version is not None
        condition = self.version.condition() or ""
        return {"Range": f"bytes={self.position}-", "If-Range": condition}

    def _condition_headers(self, known: FileVersion | None) -> dict[str, str]:
        if known is None or known.url != self.url:
            return {}
        conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in conditions.items() if value}

    def _is_rest(self, response: requests.Response) -> bool:
        """Whether an answer is the rest of what is here, however the server reads If-Range."""
        assert self.version is not None
        if response.status_code != 206 or is_encoded(response):
            return False
        if self.version.contradicts(FileVersion.of(self.url, response)):
            return False
        return response.headers.get("Content-Range", "").startswith(f"bytes {self.position}-")

    def _begin(self, response: requests.Response) -> int:
        """Take an answer with all of the file; returns how many of its bytes are here already."""
        version = FileVersion.of(self.url, response)
        self._encoded = is_encoded(response)
        if self._start_over is not None:
            # Nothing of an encoded answer identifies its bytes: nobody may resume it, even later.
            self._start_over(FileVersion(self.url) if self._encoded else version)
            self.position = 0
        elif self.position and (self._encoded or not self._has_version(version)):
            raise self._has_changed()
        self.version = version
        return self.position

    def _has_version(self, version: FileVersion) -> bool:
        return self.version is not None and self.version.is_surely(version)

    def _forget(self) -> None:
        """Drop what is here; raises FetchFailed where it was passed on for good."""
        if self._start_over is None:
            raise self._has_changed()
        self._start_over(FileVersion(self.url))
        self.position, self.version = 0, None

    def _receive(self, response: requests.Response, skip: int = 0) -> Iterator[bytes]:
        """The bytes of an answer, without the first ones; raises FetchFailed beyond a limit."""
        self.size = FileVersion.of(self.url, response).size
        if self.size is not None and self.size > self._limits.size:
            raise FetchFailed(
                f"{without_query(self.url)} is {self.size:,} bytes long; "
                f"at most {self._limits.size:,} are taken"
            )
        while time.monotonic() < self._end:
            chunk = response.raw.read1(CHUNK, decode_content=True)
            if not chunk:
                break
            skipped = min(skip, len(chunk))
            skip -= skipped
            if skipped < len(chunk):
                self._count(len(chunk) - skipped)
                yield chunk[skipped:]
        if time.monotonic() >= self._end:
            raise self._too_late()
        if response.status_code == 206 and self.size not in (None, self.position):
            raise requests.exceptions.ChunkedEncodingError("a part of the rest")

    def _count(self, arrived: int) -> None:
        self.position += arrived
        if self.position > self._limits.size:
            if self._start_over is not None:
                self._forget()
            raise FetchFailed(
                f"{without_query(self.url)} is longer than {self._limits.size:,} bytes, "
                "the most that is taken"
            )

    def _failure(self, error: BaseException) -> FetchFailed:
        if time.monotonic() >= self._end:
            return self._too_late()
        return failure(without_query(self.url), error)

    def _too_late(self) -> FetchFailed:
        return FetchFailed(f"{without_query(self.url)} took longer than {self._limits.seconds:g} s")

    def _has_changed(self) -> FetchFailed:
        reason = "the file changed at its source while it was read"
        return FetchFailed(f"{without_query(self.url)}: {reason}", reason)
