"""Who has a port that Clew is to listen on: another Clew, or some other program."""

import errno
from contextlib import suppress

import psutil
import requests

SECONDS = 2.0
"""Seconds that whoever listens there has to answer."""


def why_not(host: str, port: int, error: OSError) -> str:
    """Why nothing can listen at an address, and what to do about it, in a sentence."""
    where = f"{host} port {port}"
    free = port + 1 if port < 65535 else 0
    other = f"choose another port: clew up --port {free}, or set CLEW_PORT={free}"
    if error.errno == errno.EADDRINUSE:
        address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::', 'localhost') else host}:{port}"
        if is_clew(address):
            return f"Clew is running at {address} already; use that one, or {other}"
        return f"{where} is taken{by_whom(port)}: {other}"
    if error.errno == errno.EACCES:
        return f"cannot listen on {where}: ports below 1024 are for the system; {other}"
    return f"cannot listen on {where}: {error.strerror}; set CLEW_HOST, or {other}"


def is_clew(address: str) -> bool:
    """Whether a Clew answers at this address."""
    with suppress(requests.RequestException, ValueError):
        told = requests.get(f"{address}/healthz", timeout=SECONDS).json()
        return isinstance(told, dict) and {"ok", "neo4j", "index"} <= told.keys()
    return False


def by_whom(port: int) -> str:
    """The program that listens on a port, where the system tells it; else nothing."""
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            is_it = connection.laddr[1:2] == (port,) and connection.status == psutil.CONN_LISTEN
            if is_it and connection.pid:
                name = psutil.Process(connection.pid).name()
                return f" by {name} (process {connection.pid})"
    return " by another program"
