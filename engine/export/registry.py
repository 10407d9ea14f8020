"""Which export formats there are: a new one is a module and a line here."""

from engine.export.csv import CsvFormat
from engine.export.cypher import CypherFormat
from engine.export.format import Format
from engine.export.ftm import FtmFormat
from engine.export.gexf import GexfFormat
from engine.export.graphml import GraphmlFormat
from engine.export.statement import StatementFormat
from engine.export.xlsx import XlsxFormat

ALL: tuple[Format, ...] = (
    FtmFormat(),
    StatementFormat(),
    CsvFormat(),
    XlsxFormat(),
    GexfFormat(),
    GraphmlFormat(),
    CypherFormat(),
)
FORMATS = {format.name: format for format in ALL}
"""Every format by its name."""
