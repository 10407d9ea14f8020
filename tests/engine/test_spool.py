"""The spool: what is added is there in order, memory is bounded, and nothing is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from followthemoney import model

from engine.errors import ClewError
from engine.spool import BATCH, BATCH_BYTES, Spool, SpoolError, full_disk_explained


def test_rows_come_back_in_the_order_in_which_they_were_added() -> None:
    with Spool() as spool:
        table = spool.table("number", "n INTEGER, text TEXT")
        for n in range(BATCH + 10):
            table.add((n, f"row {n}"))
        table.extend((n, f"row {n}") for n in range(BATCH + 10, BATCH + 20))
        rows = spool.query("SELECT n, text FROM number ORDER BY rowid").fetchall()
    assert rows == [(n, f"row {n}") for n in range(BATCH + 20)]


def test_a_query_sees_what_waits_in_memory() -> None:
    with Spool() as spool:
        spool.table("a", "n INTEGER").add((1,))
        assert spool.query("SELECT count(*) FROM a").fetchone() == (1,)
        spool.write("UPDATE a SET n = n + ?", [(1,), (2,)])
        assert spool.query("SELECT n FROM a").fetchall() == [(4,)]


def test_rows_of_one_key_meet_as_the_table_says() -> None:
    with Spool() as spool:
        smallest = "ON CONFLICT DO UPDATE SET value = min(value, excluded.value)"
        table = spool.table("a", "key TEXT PRIMARY KEY, value TEXT", conflict=smallest)
        for value in ("b", "a", "c"):
            table.add(("k", value))
        assert spool.query("SELECT key, value FROM a").fetchall() == [("k", "a")]


def test_large_rows_of_all_tables_together_wait_only_up_to_a_limit() -> None:
    with Spool() as spool:
        tables = [spool.table(f"t{n}", "body BLOB") for n in range(20)]
        size = BATCH_BYTES // 10
        for n in range(200):
            tables[n % 20].add((bytes(size),), size)
            waiting = sum(len(body) for table in tables for (body,) in table.waiting)
            assert waiting < BATCH_BYTES
        counts = [spool.query(f"SELECT count(*) FROM t{n}").fetchone()[0] for n in range(20)]
    assert counts == [10] * 20


def test_every_schema_can_be_a_table() -> None:
    with Spool() as spool:
        for schema in model:
            spool.table(schema.name, "body BLOB").add((schema.name.encode(),))
        for schema in model:
            query = f'SELECT body FROM "{schema.name}"'
            assert spool.query(query).fetchall() == [(schema.name.encode(),)]


WRITER = """
import sys, time
from engine.spool import Spool
spool = Spool()
table = spool.table("a", "body BLOB")
for n in range(100):
    table.add((bytes(1024 * 1024),), 1024 * 1024)
spool.flush()
print("full", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc here")
def test_a_killed_process_leaves_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "SQLITE_TMPDIR": str(tmp_path)}
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "full\n"
    # it is on disk by now, and has no name there
    handles = [os.readlink(link) for link in Path(f"/proc/{child.pid}/fd").iterdir()]
    assert any(name.startswith(str(tmp_path)) and "deleted" in name for name in handles)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert list(tmp_path.iterdir()) == []


def test_a_named_spool_lies_where_it_is_told(tmp_path: Path) -> None:
    with Spool(tmp_path / "ledger", cache_mb=1) as spool:
        spool.table("a", "body BLOB").extend((bytes(1024),) for _ in range(5_000))
        assert (tmp_path / "ledger").stat().st_size > 1024 * 1024


def test_a_full_disk_is_explained_and_other_faults_are_not() -> None:
    with Spool() as spool:
        spool.query("PRAGMA max_page_count = 5")
        table = spool.table("a", "body BLOB")
        with (
            pytest.raises(ClewError, match="set TMPDIR to a folder with more"),
            full_disk_explained(),
        ):
            table.extend((bytes(1024),) for _ in range(100))
    # without a journal, what was full is of no more use
    with (
        Spool() as other,
        pytest.raises(SpoolError, match="no such table"),
        full_disk_explained(),
    ):
        other.query("SELECT * FROM nowhere")
