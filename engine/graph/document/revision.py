"""The PageCorrection and PageOrder nodes: what people change of pages."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.document import State, StoredFile
from engine.errors import BadInput
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.revision import Correction, PageOrder


class RevisionNodes:
    """The corrections and orders that the graph knows."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def correct(
        self, file: StoredFile, number: int, text: str, note: str, by: str, reviewed: str
    ) -> Correction:
        """Keep the text that somebody wrote for a page; raises BadInput where its dataset goes."""
        values = {
            "id": uuid.uuid4().hex,
            "document": file.id,
            "number": number,
            "text": text,
            "note": note,
            "by": by,
            "reviewed": reviewed,
            "sha256": file.sha256,
        }
        parameters = {"dataset": file.dataset, "values": values}
        rows = self._connection.write("correction_save", parameters)
        if not rows:
            raise BadInput(f"{file.dataset} is being deleted")
        return correction_of(rows[0]["properties"])

    def corrections(self, documents: Collection[str]) -> list[Correction]:
        """What was written for pages of these documents, the newest first."""
        rows = self._read("correction_list", documents)
        return [correction_of(row) for row in rows]

    def order(
        self,
        document: str,
        numbers: Collection[int],
        languages: Sequence[str],
        by: str,
        as_image: bool,
    ) -> None:
        """Have pages read again in these languages."""
        each = {"document": document, "languages": list(languages), "by": by, "as_image": as_image}
        # our own time: that of Neo4j is finer than a datetime, and could not be compared with it
        rows = [{**each, "number": number, "at": datetime.now(UTC)} for number in numbers]
        parameters = {"dataset": document.partition(":")[0], "rows": rows}
        self._connection.write("order_save", parameters)

    def orders(self, documents: Collection[str]) -> list[PageOrder]:
        """The orders for pages of these documents, by page."""
        return [order_of(row) for row in self._read("order_list", documents)]

    def waiting(self, dataset: str, limit: int) -> list[str]:
        """Some documents of a dataset with pages that wait."""
        parameters = {"dataset": dataset, "limit": limit}
        rows = self._connection.read("order_waiting", parameters, timeout=LONG_TIMEOUT)
        return [row["document"] for row in rows]

    def queue(self) -> list[str]:
        """The datasets in which pages wait."""
        return [row["dataset"] for row in self._connection.read("order_queue")]

    def done(self, orders: Collection[PageOrder]) -> None:
        """Note what became of orders, unless the same pages were ordered again meanwhile."""
        rows = [
            {
                "document": order.document,
                "number": order.number,
                "at": order.at,
                "state": str(order.state),
                "detail": order.detail,
            }
            for order in orders
        ]
        if rows:
            self._connection.write("order_done", {"rows": rows})

    def forget(self, documents: Collection[str]) -> None:
        """Delete all that is known of these documents here."""
        parameters = {"documents": list(documents)}
        self._connection.write("revision_forget", parameters, timeout=LONG_TIMEOUT)

    def _read(self, name: str, documents: Collection[str]) -> list[Mapping[str, Any]]:
        if not documents:
            return []
        parameters = {"documents": sorted(documents)}
        rows = self._connection.read(name, parameters, timeout=self._seconds)
        return [row["properties"] for row in rows]


def correction_of(values: Mapping[str, Any]) -> Correction:
    """The correction that has these properties."""
    return Correction(
        values["id"],
        values["document"],
        values["number"],
        values["text"],
        values["note"],
        values["by"],
        values["at"].to_native(),
        values["reviewed"],
        values["sha256"],
    )


def order_of(values: Mapping[str, Any]) -> PageOrder:
    """The order that has these properties."""
    return PageOrder(
        values["document"],
        values["number"],
        tuple(values["languages"]),
        values["by"],
        values["at"].to_native(),
        values["as_image"],
        State(values["state"]),
        values.get("detail"),
    )
