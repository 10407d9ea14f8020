"""Loads what is uploaded over HTTP: the API receives the files, the loaders read them."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from api.bulk.upload import BulkLoad
from engine.engine import Engine
from engine.errors import BadInput
from loaders.format.registry import NAMES
from loaders.load.load import load
from loaders.load.report import Report


def bulk_load(engine: Engine) -> BulkLoad:
    """A function that loads files into this engine, as ``clew load`` does."""

    def run(
        sources: list[Path],
        dataset: str,
        *,
        title: str | None,
        keep: bool,
        accept_removals: bool,
        format: str | None,
        mapping: Path | None,
    ) -> Mapping[str, Any]:
        if format is not None and format not in NAMES:
            raise BadInput(f"format: there are {', '.join(NAMES)}")
        # the folder in which the files arrived is of no interest to who sent them
        folder = f"{sources[0].parent}/"
        try:
            report = load(
                engine,
                [str(source) for source in sources],
                dataset,
                title=title,
                keep=keep,
                accept_removals=accept_removals,
                format=format,
                mapping=mapping,
                progress=lambda _: None,
            )
        except BadInput as error:
            raise BadInput(for_http(str(error).replace(folder, ""))) from None
        if report.stopped and not (report.read or report.truncated):
            raise BadInput(report.stopped)
        return {"ok": report.is_well, "dataset": dataset, **told(report, folder)}

    return run


def told(report: Report, folder: str) -> dict[str, Any]:
    """A report for who sent the files, without the folder in which they arrived."""
    values = asdict(report)
    values["refused"] = [
        {**refusal, "source": refusal["source"].removeprefix(folder)}
        for refusal in values["refused"]
    ]
    values["notes"] = [note.replace(folder, "") for note in report.notes]
    values["truncated"] = report.truncated.replace(folder, "") if report.truncated else None
    return values


def for_http(message: str) -> str:
    """An error of a load for who sent the files over HTTP: they have no options to give."""
    return message.replace(
        "give --mapping FILE.yml (see clew mapping check)",
        "send it in parts together with its mapping, and load it with ?mapping=FILE",
    )
