"""The program's log on stderr: as text or as JSON lines, and never with a secret.

Two things keep secrets out. What is logged of a request is chosen field by field
(``api.http.exchange``). And whatever any library logs goes through ``masked``, while the messages
of exceptions, which may hold what somebody searched for, are left out of tracebacks.
"""

import json
import logging
import re
import sys
import time
import traceback
from types import TracebackType
from typing import Any, TextIO

from api.http.exchange import current_id

SECRETS = (
    re.compile(r"clew_[0-9A-Za-z]{8,}"),
    re.compile(r"(?i)(?<=bearer )[^\s'\"]+"),
    re.compile(r"(?i)(?<=apikey )[^\s'\"]+"),
    re.compile(r"(?i)(?:set-)?cookie[\"']?\s*[:=,]\s*[^\r\n]+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"(?<=\?)[^\s\"']+"),
)
"""What is never shown: keys, tokens, cookies, passwords in addresses, query strings."""
MASK = "…"
ACCESS = "clew.access"
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def masked(text: str) -> str:
    """A text without secrets."""
    for secret in SECRETS:
        text = secret.sub(MASK, text)
    return text


def trace(raised: Raised | Any) -> str:
    """Where an exception and its causes were raised, and their kinds, without their messages."""
    lines: list[str] = []
    errors: list[BaseException | None] = [raised[1]]
    seen: set[int] = set()
    while errors:
        error = errors.pop(0)
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        code = getattr(error, "code", "")
        shown = f" ({code})" if isinstance(code, str) and code.startswith("Neo.") else ""
        lines.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}{shown}")
        errors.append(error.__cause__ or error.__context__)
        if isinstance(error, BaseExceptionGroup):
            errors += error.exceptions
    return "\nbecause of\n".join(lines)


class Plain(logging.Formatter):
    """A line of text for people."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        if record.name == ACCESS:
            text = " ".join(f"{name}={value}" for name, value in fields.items())
        else:
            text = f"{record.levelname.lower()}: {record.getMessage()}"
            if record.exc_info:
                text = f"{text}\n{trace(record.exc_info)}"
        return masked(f"{self.formatTime(record)} {text}")


class Json(logging.Formatter):
    """A JSON object in one line for programs."""

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name == ACCESS:
            line |= getattr(record, "fields", {})
        else:
            line["message"] = masked(record.getMessage())
            if current_id.get():
                line["id"] = current_id.get()
            if record.exc_info:
                line["trace"] = masked(trace(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(mode: str, stream: TextIO | None = None) -> None:
    """Let everything that is logged in this process go to stderr, in one form.

    ``mode`` is ``problems`` (warnings and errors as text), or ``text`` or ``json``, which have a
    line for each request as well.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json() if mode == "json" else Plain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.getLogger(ACCESS).setLevel(logging.WARNING if mode == "problems" else logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
