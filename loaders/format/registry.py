"""Which formats there are, and which one a source is written in."""

from engine.errors import BadInput
from loaders.format.bods.bods import Bods
from loaders.format.delta import Delta
from loaders.format.ftm import Ftm
from loaders.format.icij.icij import Icij, kind_by_name
from loaders.format.statement import Statements
from loaders.intake.bundle import ZIP, why_not
from loaders.intake.intake import Format, Intake
from loaders.mapping.format import Mapping

FORMATS: tuple[Format, ...] = (Statements(), Bods(), Icij(), Delta(), Mapping(), Ftm())
"""In the order in which they are asked whether they know a source; FollowTheMoney's own takes the rest."""
NAMES = tuple(sorted(known.name for known in FORMATS))


def format_of(intake: Intake, name: str | None) -> Format:
    """The format of this name; without a name, the first that knows the first source. Raises BadInput.

    Whoever gives a mapping means a table, whatever it is called. A zip archive is known by what is in it.
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
        return of_archive(source, intake.inside())
    return next(known for known in FORMATS if known.fits(source, head))


def of_archive(name: str, files: list[str]) -> Format:
    """The format that is read out of an archive of these files: a spreadsheet, or ICIJ's. Raises BadInput."""
    if "xl/workbook.xml" in files or {"content.xml", "mimetype"} <= set(files):
        return Mapping()
    if any(map(kind_by_name, files)):
        return Icij()
    raise BadInput(why_not(name, files))
