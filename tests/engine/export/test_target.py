"""Where an export goes: complete or not there, into pipes and links, on a full disk."""

import gzip
import io
import os
import stat
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from engine.errors import BadInput, ClewError
from engine.export.registry import FORMATS
from engine.export.target import opened
from tests.engine.export.crowd import MemoryContent, person, written


def interrupted(output: str) -> None:
    with opened(output) as target, target.member("x") as out:
        out.write(b"half")
        raise KeyboardInterrupt


@pytest.mark.parametrize("output", ["d.json", "d.json.gz", "d.zip", "d/"])
def test_what_breaks_leaves_nothing(output: str, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        interrupted(f"{tmp_path}/{output}")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text("old")
    with pytest.raises(BadInput), opened(str(path)):
        raise BadInput("x")
    assert path.read_text() == "old"
    written(FORMATS["ftm"], MemoryContent([person("a", name=["x"])]), path)
    assert gzip.compress(path.read_bytes(), mtime=0)[:2] == b"\x1f\x8b"
    assert path.read_text().startswith('{"id":"a"')


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(ClewError, match="cannot be written: No such file"),
        opened(str(tmp_path / "no" / "d.json")),
    ):
        pass


@pytest.mark.parametrize("name", ["pipe", "pipe.gz", "pipe.zip"])
def test_a_pipe_stays_one(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()), daemon=True)
    reader.start()
    format, people = FORMATS["ftm"], MemoryContent([person("a", name=["x"])])
    with opened(str(path)) as target:
        format.write(people, target)
    reader.join(10)
    assert path.is_fifo()
    written(format, people, tmp_path / f"file{path.suffix}")
    if path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(read[0])) as archive:
            assert archive.testzip() is None
    else:
        assert read == [(tmp_path / f"file{path.suffix}").read_bytes()]


def test_a_link_leads_to_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    (tmp_path / "folder").mkdir()
    (tmp_path / "way").symlink_to("folder")
    for name in ("link.json", "way"):
        with opened(str(tmp_path / name)) as target:
            FORMATS["ftm"].write(MemoryContent([person("a", name=["x"])]), target)
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text().startswith('{"id":"a"')
    assert (tmp_path / "way").is_symlink()
    assert [path.suffix for path in (tmp_path / "folder").iterdir()] == [".json"]


@pytest.mark.parametrize("output", ["-", "/dev/full"])
def test_a_full_disk_is_told_in_a_line(output: str) -> None:
    """A process of its own: what is left in stdout's buffer is written when it ends."""
    code = (
        "import sys; from engine.export.target import opened\n"
        "from engine.errors import ClewError\n"
        "try:\n"
        f" with opened({output!r}) as target, target.member('x') as out:\n"
        "  out.write(b'x' * 100_000)\n"
        "except ClewError as error: sys.exit(f'clew: {error}')\n"
    )
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True
        )
    name = "stdout" if output == "-" else output
    assert (done.returncode, done.stderr) == (
        1,
        f"clew: {name} cannot be written: No space left on device\n",
    )
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
