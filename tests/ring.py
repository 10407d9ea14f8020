"""A made-up collection in two versions, with all that an update may meet, for test_kill.py.

Companies own each other in a ring, and another dataset, the register, refers to them and is
referred to. In version 2 records are changed, gone, new, or of another kind.
"""

from collections.abc import Iterator

COUNT = 800
"""Companies in the ring."""
REGISTERED = 100
"""Companies in the register."""
Row = dict[str, object]


def row(id_: str, schema: str, /, **properties: str | list[str]) -> Row:
    """One line of a collection."""
    lists = {
        key: value if isinstance(value, list) else [value] for key, value in properties.items()
    }
    return {"id": id_, "schema": schema, "properties": lists}


def register() -> Iterator[Row]:
    """The other dataset, which shares telephones with the ring."""
    for n in range(REGISTERED):
        name, phone, parent = f"Register {n}", f"+3595255{n:04}", f"ring:c{n * 7}"
        yield row(f"r{n}", "Company", name=name, phone=phone, parent=parent)


def ring(version: int) -> Iterator[Row]:
    """A version of the ring; edges stand before their ends."""
    yield from edges(version)
    yield from companies(version)
    yield from sanctions(version)


def edges(version: int) -> Iterator[Row]:
    """Ownerships: some have two owners, some lead to the register, and some turn into nodes."""
    for n in range(COUNT):
        later = version == 2
        if n % 17 == (2 if later else 3):
            continue
        if later and n % 100 == 1:
            yield row(f"o{n}", "Company", name=f"An ownership once {n}")
            continue
        owners = [f"c{n}", f"register:r{n % REGISTERED}"] if n % 25 == 0 else [f"c{n}"]
        asset = f"c{(n + 1 + later * (n % 14 == 0)) % COUNT}"
        share = "20" if later and n % 6 == 0 else "10"
        ends = {"owner": owners, "asset": asset}
        yield row(f"o{n}", "Ownership", **ends, percentage=share, startDate="2001")


def companies(version: int) -> Iterator[Row]:
    """Companies with parents; some change their name, their telephone or their schema."""
    later = version == 2
    for n in range(COUNT):
        if n % 11 == (3 if later else 4):
            continue
        name = f"Ring {n} anew" if later and n % 7 == 0 else f"Ring {n}"
        phones = telephones(n, later)
        if later and n % 50 == 7:
            yield row(f"c{n}", "LegalEntity", name=name, phone=phones)
            continue
        parent = f"register:r{n % REGISTERED}" if n % 9 == 0 else f"c{(n * 3) % COUNT}"
        yield row(f"c{n}", "Company", name=name, phone=phones, parent=parent)


def telephones(n: int, later: bool) -> list[str]:
    """A company's telephones.

    Two of them are held by 60 and by 40 companies, and in version 2 the other way round: so one is
    a hub in each version.
    """
    phones = [f"+3595255{(n + later * (n % 30 == 0)) // 2:04}"] if n % 10 < 2 else []
    for side in (0, 1):
        if n % 8 == 5 + side and n < (320, 480)[later ^ side]:
            phones.append(f"+359999000{side}")
    return phones


def sanctions(version: int) -> Iterator[Row]:
    """Nodes that refer to companies, to what never comes, and to edges; some turn into edges."""
    for n in range(0, COUNT, 5):
        registered = f"register:r{n % REGISTERED}"
        if version == 2 and n % 50 == 0:
            yield row(f"s{n}", "Directorship", director=f"c{n}", organization=registered)
            continue
        target = (f"c{n}", f"register:lost{n}", f"o{n + 1}", registered)[n // 5 % 4]
        yield row(f"s{n}", "Sanction", entity=target, authority=f"Authority {n % 3}")
