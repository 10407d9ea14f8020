"""A real browser without a window: Chromium, told what to do over its DevTools protocol."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import requests
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_websocket

NAMES = ("chromium", "chromium-browser", "google-chrome")
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""An option: there is no network but loopback."""
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """One page that is open."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0

    def call(self, method: str, **parameters: Any) -> Any:
        """The result of a command of the DevTools protocol."""
        self._number += 1
        sent = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(orjson.dumps(sent).decode())
        while True:
            answer = orjson.loads(self._socket.recv(timeout=120))
            if answer.get("id") == self._number:
                return answer["result"]

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, script: str, seconds: float = 90) -> Any:
        """The value of an expression as soon as it is true."""
        until = time.monotonic() + seconds
        while not (value := self.run(script)):
            assert time.monotonic() < until, f"{script} is still {value!r}: {self.text()}"
            time.sleep(0.1)
        return value

    def press(self, key: str, code: int, modifiers: int = 0) -> None:
        """Press a key where the focus is; ``code`` is its virtual key code, shift is 8."""
        text = {"text": key} if len(key) == 1 else {}
        told = {"key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.call("Input.dispatchKeyEvent", type="keyDown", **told, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **told)

    def resize(self, width: int, height: int) -> None:
        """Give the window this size, in pixels; a narrow one is that of a phone."""
        phone = width < 600
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def prefer(self, scheme: str) -> None:
        """Say that the reader prefers ``light`` or ``dark`` pages."""
        wish = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[wish])

    def text(self) -> str:
        """The text of the page."""
        return str(self.run("document.body ? document.body.innerText : ''"))

    def open(self, url: str) -> None:
        """Go to an address, and wait until its page is complete."""
        self.call("Page.navigate", url=url)
        self.wait_for(f"location.href.startsWith({url!r}) && document.readyState == 'complete'")


@contextmanager
def browsing(folder: Path, *options: str) -> Iterator[Page]:
    """A browser with one empty page, as long as the block runs."""
    assert CHROMIUM is not None
    profile = folder / "chromium"
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    command += ["--remote-debugging-port=0", f"--user-data-dir={profile}"]
    command += [*options, "about:blank"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as process:  # type: ignore[call-overload]
        try:
            port = _port(profile / "DevToolsActivePort")
            pages = requests.get(f"http://127.0.0.1:{port}/json/list", timeout=60).json()
            url = next(page for page in pages if page["type"] == "page")["webSocketDebuggerUrl"]
            with connect_websocket(url, max_size=None) as socket:
                yield Page(socket)
        finally:
            process.terminate()


def _port(file: Path) -> str:
    for _ in range(1200):
        if file.exists() and (lines := file.read_text().splitlines()):
            return lines[0]
        time.sleep(0.1)
    raise AssertionError("Chromium did not start")
