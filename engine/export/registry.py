"""Which forms there are: a new one is a module and a line here."""

from engine.export.csv import CsvForm
from engine.export.cypher import CypherForm
from engine.export.format import Form
from engine.export.ftm import FtmForm
from engine.export.gexf import GexfForm
from engine.export.graphml import GraphmlForm
from engine.export.statement import StatementForm
from engine.export.xlsx import XlsxForm

FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        FtmForm(),
        StatementForm(),
        CsvForm(),
        XlsxForm(),
        GexfForm(),
        GraphmlForm(),
        CypherForm(),
    )
}
"""Every form by its name."""
