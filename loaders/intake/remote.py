"""A URL's file as a stream of bytes, for loads."""

import io
import math
import sys

from loaders.intake.download import Download, Limits

URL_LIMITS = Limits(silence=60.0, seconds=math.inf, size=sys.maxsize, tries=3)
"""A load from a URL takes as long as it takes, while a person watches: a silent server ends it."""


class Remote(io.RawIOBase):
    """The bytes of a URL's file: asked for at once, resumed where the connection breaks off."""

    def __init__(self, url: str) -> None:
        """Raises FetchFailed."""
        self._download = Download(url, URL_LIMITS)
        self._chunks = self._download.chunks()
        self._chunk = memoryview(next(self._chunks, b""))
        self.size = self._download.size

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "bytearray | memoryview[int]") -> int:  # type: ignore[override]
        """Fill the buffer with what arrives; raises FetchFailed."""
        chunk = self._chunk or memoryview(next(self._chunks, b""))
        count = min(len(buffer), len(chunk))
        buffer[:count] = chunk[:count]
        self._chunk = chunk[count:]
        return count

    def close(self) -> None:
        """End the connection."""
        self._chunks.close()
        super().close()
