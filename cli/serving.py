"""Serving the API: the socket, the web server, and what runs beside it while it answers."""

import gc
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

import click
import uvicorn
from starlette.applications import Starlette

from api.app import create_app
from api.credential import sign_in_link
from api.http.log import configure
from cli.address import forget_address, note_address, note_settings
from cli.bulk import bulk_load
from cli.occupant import why_not
from cli.owner import owner_link
from cli.supervisor import Supervisor
from cli.terminal import note, paced
from cli.web import web_config
from engine.engine import Engine
from engine.errors import BadInput, ClewError, EngineInUse
from loaders.crawl.schedule import Scheduler
from loaders.document.box import BoxPool
from loaders.document.prover import Prover
from loaders.ingest.again import read_again
from loaders.ingest.ingest import ingest
from loaders.ingest.skimmer import Skimmer

Task = Callable[[Engine, threading.Event], None]
"""What runs beside the web server until the event is set."""
FOLLOW_INTERVAL = 0.5
"""Seconds between two looks for what other processes wrote."""
LOOK_INTERVAL = 0.3
"""Seconds between two looks whether the index has changed, where another process keeps it."""
MATCHING_AFTER = 5.0
"""Seconds after the start: the process that compares takes a processor for two seconds."""
KEYS_INTERVAL = 60.0
"""Seconds between two notes of when API keys were used last."""
RUN_INTERVAL = 1.0
"""Seconds between two looks for runs of cross-referencing that wait."""
NAMES_INTERVAL = 2.0
"""Seconds between two looks for documents and names that are new."""
NAMES_PAUSE = 0.05
"""Seconds after each step of that, in which readers are answered."""
READ_INTERVAL = 2.0
"""Seconds between two looks for documents that wait to be read."""
GARBAGE_THRESHOLD = 50_000
"""New objects after which Python looks for cycles among them."""
SANDBOXES = 2
"""Processes that draw pages, and read files on the spot."""
RESUME_INTERVAL = 60.0
"""Seconds between two looks for deletions that were interrupted."""


def listen(host: str, port: int) -> socket.socket:
    """The socket that the API will answer on; raises BadInput.

    It is bound before anything else is started, so that a port that is taken costs no time.
    """
    with ExitStack() as on_error:
        try:
            family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            listening = on_error.enter_context(socket.socket(family, socket.SOCK_STREAM))
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
        except OSError as error:
            raise BadInput(why_not(host, port, error)) from None
        on_error.pop_all()
    return listening


def serve(engine: Engine, listening: socket.socket, workers: int = 1) -> None:
    """Answer requests until a signal, while the index follows what other processes write.

    With several ``workers`` as many processes answer, and this one keeps the index and crawls.
    """
    settings = engine.settings
    configure(settings.log)
    crawls = Scheduler(engine, paced())
    address = address_of(listening)
    with ExitStack() as stack:
        stack.callback(forget_address, settings)
        note_settings(settings)
        if workers > 1:
            supervisor = stack.enter_context(Supervisor(settings, listening, workers))
            run, end = supervisor.watch, supervisor.end
        else:
            server = uvicorn.Server(web_config(application(engine), settings))
            run, end = (
                partial(server.run, [listening]),
                partial(setattr, server, "should_exit", True),
            )
        tasks = (follow, resume, note_keys, read_documents, cross_reference, look_for_names) + (
            (warm_matching,) if workers == 1 else ()
        )
        stop = stack.enter_context(beside(engine, *tasks))
        threading.Thread(target=announce, args=(engine, address, stop), daemon=True).start()
        stack.callback(crawls.stop)
        crawls.start()
        guard = Guard(engine, stop, end)
        guard.start()
        run()
    guard.check()


class Guard(threading.Thread):
    """Starts Neo4j again when it dies; where that is in vain it ends the serving."""

    def __init__(self, engine: Engine, stop: threading.Event, end: Callable[[], object]) -> None:
        # a daemon: it may be waiting for a start, which ends with the engine
        super().__init__(name="guard", daemon=True)
        self._engine = engine
        self._stop_event = stop
        self._end = end
        self._error: ClewError | None = None

    def run(self) -> None:
        """Watch until the event is set."""
        try:
            self._engine.guard_server(self._stop_event, note)
        except ClewError as error:
            self._error = error
            self._end()

    def check(self) -> None:
        """Raises what made it end the serving, so that a supervisor can act."""
        if self._error is not None:
            raise self._error


@contextmanager
def beside(engine: Engine, *tasks: Task) -> Iterator[threading.Event]:
    """Run tasks in threads of their own until the block ends; yields what tells them to stop."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=task, args=(engine, stop), name=task.__name__) for task in tasks
    ]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        engine.give_up()
        for thread in threads:
            thread.join()


def application(engine: Engine) -> Starlette:
    """The web application. While its types are built, Neo4j plans what readers ask first."""
    with ThreadPoolExecutor(1, "warm") as pool:
        warming = pool.submit(engine.warm)
        boxes = BoxPool(SANDBOXES)
        proof = Prover(engine.documents, engine.settings.proofs, boxes)
        app = create_app(engine, bulk_load(engine), proof, Skimmer(boxes))
        warming.result()
    collect_rarely()
    return app


def collect_rarely() -> None:
    """Let Python look for cycles less often, and never at what is there by now.

    The schema's types stay for good: to look at them stops all answers for a sixth of a second.
    Answers hold no cycles: to look for some takes half of the time of a large one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, *gc.get_threshold()[1:])


def address_of(listening: socket.socket) -> str:
    """The address that a person opens in a browser."""
    host, port = listening.getsockname()[:2]
    # a browser cannot open the addresses that mean "every interface"
    known = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
    return f"http://{known.get(host, f'[{host}]' if ':' in host else host)}:{port}"


def follow(engine: Engine, stop: threading.Event) -> None:
    """Keep the index up to date until ``stop`` is set."""
    with suppress(ClewError):  # the loop below reports it
        engine.warm_paths()
    repeat(stop, FOLLOW_INTERVAL, engine.follow, "the index cannot follow the graph")


def cross_reference(engine: Engine, stop: threading.Event) -> None:
    """Do the runs of cross-referencing that wait, until ``stop`` is set."""
    work = partial(engine.crossings.work, paced(), stop)
    repeat(stop, RUN_INTERVAL, work, "no run of cross-referencing can begin")


def look_for_names(engine: Engine, stop: threading.Event) -> None:
    """Look for names in the documents that are new, and for new names, until ``stop`` is set."""

    def rest(at: int, goal: int) -> None:
        stop.wait(NAMES_PAUSE)

    work = partial(engine.mentions.work_if_free, stop, rest)
    repeat(stop, NAMES_INTERVAL, work, "names cannot be looked for in documents")


def warm_matching(engine: Engine, stop: threading.Event) -> None:
    """Prepare for comparing records, when the first questions after the start are answered."""
    if not stop.wait(MATCHING_AFTER):
        engine.warm_matching()


def look_for_changes(engine: Engine, stop: threading.Event) -> None:
    """Read the index anew when the process that keeps it has changed it, until ``stop`` is set."""
    repeat(stop, LOOK_INTERVAL, engine.follow, "the index cannot be read anew")


def resume(engine: Engine, stop: threading.Event) -> None:
    """Finish deletions that were interrupted, now and later, until ``stop`` is set."""

    def say(text: str) -> None:
        if stop.is_set():
            raise SystemExit  # ends this thread; the next start finishes the deletion
        note(text)

    repeat(stop, RESUME_INTERVAL, lambda: engine.resume(say), "a deletion cannot go on")


def read_documents(engine: Engine, stop: threading.Event) -> None:
    """Read the documents that were uploaded, or that a kill left waiting, until ``stop`` is set."""

    def read() -> None:
        for dataset in engine.documents.queue():
            with suppress(EngineInUse):  # whoever is at work there reads them too
                ingest(engine, (), dataset, progress=lambda _: None, stopped=stop.is_set)
        for dataset in engine.pages.queue():
            with suppress(EngineInUse):
                read_again(engine, dataset, stopped=stop.is_set)

    repeat(stop, READ_INTERVAL, read, "documents cannot be read")


def note_keys(engine: Engine, stop: threading.Event) -> None:
    """Write down now and again when API keys were used last, and at the end once more."""
    note_used = engine.credentials.note_used
    repeat(stop, KEYS_INTERVAL, note_used, "the last use of keys cannot be noted")
    with suppress(ClewError):
        note_used()


def repeat(stop: threading.Event, seconds: float, task: Callable[[], object], trouble: str) -> None:
    """Run a task again and again until ``stop`` is set; an error is printed once and retried."""
    printed = ""
    while not stop.is_set():
        try:
            task()
            printed = ""
        except ClewError as error:
            if str(error) != printed:
                note(f"clew: {trouble}: {error}")
            printed = str(error)
        stop.wait(seconds)


def announce(engine: Engine, address: str, stop: threading.Event) -> None:
    """Print a sign-in link for the owner, and the address, as soon as it answers."""
    while not stop.wait(0.02):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                break
        except OSError:
            time.sleep(0.05)
    if stop.is_set():
        return
    note_address(engine.settings, address)
    with suppress(ClewError):  # nobody can sign in, but what is public can be read
        if (token := owner_link(engine)) is not None:
            link = sign_in_link(engine.settings.public_url or address, token)
            click.echo(f"To sign in as the owner (once, within 15 minutes): {link}")
    click.echo(f"Clew is at {address}/graphql")
