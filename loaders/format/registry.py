"""Which formats there are, and which one a source is written in.

To add a format, write a module beside this one with a class that is a ``Format`` (a ``name``,
``fits`` and ``read``; see ``ftm`` for the shortest), and put it into ``FORMATS``. ``--format``,
the crawls and the documentation of the command line know it then. The format of tables stands in
``loaders.mapping``, as it needs the mapping language.
"""

from engine.errors import BadInput
from loaders.format.bods.bods import Bods
from loaders.format.delta import Delta
from loaders.format.ftm import Ftm
from loaders.format.icij.icij import Icij
from loaders.format.icij.layout import kind_by_name
from loaders.format.statement import Statements
from loaders.intake.bundle import ZIP, why_not
from loaders.intake.intake import Format, Intake
from loaders.mapping.format import Mapping

FORMATS: tuple[Format, ...] = (Statements(), Bods(), Icij(), Delta(), Mapping(), Ftm())
"""In the order in which they are asked whether a source fits; ``ftm`` takes what is left."""
NAMES = tuple(sorted(known.name for known in FORMATS))


def format_of(intake: Intake, name: str | None) -> Format:
    """The format of this name; without one, the first that fits the first source. Raises BadInput.

    With a mapping the sources are tables, whatever they are called. A zip archive is known by the
    files in it.
    """
    if name is None and intake.mapping is not None:
        name = Mapping.name
    for known in FORMATS:
        if known.name == name:
            return known
    if name is not None:
        raise BadInput(f"{name!r} is not a format; there are {', '.join(NAMES)}")
    source, head = intake.head()
    if head.startswith(ZIP):
        return archive_format(source, intake.inside())
    return next(known for known in FORMATS if known.fits(source, head))


def archive_format(name: str, files: list[str]) -> Format:
    """The format of an archive with these files: a spreadsheet, or ICIJ's. Raises BadInput."""
    if "xl/workbook.xml" in files or {"content.xml", "mimetype"} <= set(files):
        return Mapping()
    if any(map(kind_by_name, files)):
        return Icij()
    raise BadInput(why_not(name, files))
