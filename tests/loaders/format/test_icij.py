"""The Offshore Leaks bundle: as files, folder and archive, in any order, and hostile."""

import csv
import gzip
import io
import shutil
import sys
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import BadInput
from engine.question import ExpandQuestion, PathQuestion, SearchQuestion
from loaders.format.icij.layout import kind_by_columns
from loaders.format.icij.link import edges_of
from loaders.format.icij.node import iso
from loaders.format.registry import format_of
from loaders.intake.intake import Intake, ParseResult
from loaders.load.load import load

HERE = Path(__file__).parents[2] / "fixtures" / "icij"
FILES = sorted(HERE.glob("*.csv"))
EYES = Access(frozenset({"d"}))
ENDS = {
    "Ownership": ("owner", "asset"),
    "Directorship": ("director", "organization"),
    "Representation": ("agent", "client"),
    "Control": ("controller", "controlled"),
    "UnknownLink": ("subject", "object"),
}


def read(*paths: Path, format: str | None = None) -> tuple[list[ParseResult], Intake]:
    intake = Intake("d", [str(path) for path in paths])
    with closing(intake):
        return list(format_of(intake, format).read(intake)), intake


def entities(readings: list[ParseResult]) -> dict[str, Entity]:
    return {
        reading.entity.id.partition(":")[2]: reading.entity
        for reading in readings
        if reading.entity is not None
    }


def refused(readings: list[ParseResult]) -> list[tuple[str, int, str]]:
    bad = [reading for reading in readings if reading.entity is None]
    return [
        (Path(reading.source.partition(":")[0]).name, reading.place, reading.reason)
        for reading in bad
    ]


def archive(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return path


def test_what_becomes_of_the_nodes() -> None:
    readings, intake = read(HERE)
    assert refused(readings) == []
    assert intake.notes == [f"{HERE / 'README.txt'} is none of the bundle's files and was not read"]
    found = entities(readings)
    amber = found["10000001"]
    assert amber.schema == "Company"
    wanted = {
        "name": ["AMBER SHOAL HOLDINGS, INC."],
        "alias": ["Amber Shoal Holdings Inc"],
        "previousName": ["Old Shoal Ltd"],
        "address": ["PO Box 1\nApia"],
        "addressEntity": ["14000001"],
        "jurisdiction": ["ws"],
        "country": ["hk", "cy"],
        "incorporationDate": ["2006-03-23"],
        "dissolutionDate": ["2014-02-15"],
        "registrationNumber": ["25221"],
        "publisher": ["Lantern Papers"],
        "topics": ["corp.offshore"],
        "icijId": ["10000001"],
    }
    assert {name: amber.properties.get(name) for name in wanted} == wanted
    assert "inactivation date: 2013-02-18" in amber.properties["notes"]
    assert found["10000003"].properties["notes"][1:] == [
        "incorporation date: 18/19/2015",
        'jurisdiction: Recorded in leaked files as "fund"',
    ]
    assert "jurisdiction" not in found["10000003"].properties
    assert found["10000002"].properties["country"] == ["vg"]
    assert found["14000002"].properties["full"] == ["2 Harbour Street, Limassol"]
    assert found["12000004"].properties["notes"] == ["country: Atlantis"]


def test_one_id_in_two_files_is_one_entity() -> None:
    twice = entities(read(HERE)[0])["12000002"]
    assert sorted(twice.properties["name"]) == ["Oriel Nominees Limited", "Oriel Nominees Ltd"]
    assert twice.properties["country"] == ["mt"]


def test_what_becomes_of_the_relationships() -> None:
    found = entities(read(HERE)[0])
    edges = {
        (e.schema, *(e.references(end)[0][2:] for end in ENDS[e.schema]))
        for e in found.values()
        if e.schema in ENDS
    }
    assert edges == {
        ("Ownership", "12000001", "15000001"),
        ("Ownership", "15000001", "10000002"),
        ("Ownership", "10000002", "10000001"),
        ("Ownership", "12000002", "10000001"),
        ("Directorship", "12000002", "10000001"),
        ("Directorship", "12000001", "12000004"),
        ("Representation", "11000001", "10000001"),
        ("UnknownLink", "12000001", "12000003"),
        ("Control", "12000003", "10000003"),
        ("UnknownLink", "10000003", "10000002"),
    }
    assert found["12000001"].properties["addressEntity"] == ["14000002"]
    assert {id_: found[id_].schema for id_ in ("15000001", "12000004", "12000003")} == {
        "15000001": "Company",
        "12000004": "Organization",
        "12000003": "LegalEntity",
    }
    owned = next(e for e in found.values() if e.properties.get("owner") == ["10000002"])
    assert (owned.properties["startDate"], owned.properties["description"]) == (
        ["2007-01-01"],
        ["end date: 04/05/2011"],
    )


@pytest.mark.parametrize("form", ["files", "backwards", "zip", "zip in a folder", "gzip"])
def test_however_it_is_given_it_says_the_same(tmp_path: Path, form: str) -> None:
    given = FILES if form == "files" else FILES[::-1]
    if form.startswith("zip"):
        inside = "" if form == "zip" else "full-oldb/"
        data = {f"{inside}{file.name}": file.read_bytes() for file in FILES[::-1]}
        given = [archive(tmp_path / "b.zip", {**data, "__MACOSX/._nodes-officers.csv": b"\0\1"})]
    if form == "gzip":
        given = [tmp_path / f"{file.name}.gz" for file in FILES]
        for file, packed in zip(FILES, given, strict=True):
            packed.write_bytes(gzip.compress(file.read_bytes()))
    readings, intake = read(*given)
    assert refused(readings) == []
    assert intake.truncated is None
    values = {
        id_: (e.schema, {k: sorted(v) for k, v in e.properties.items()})
        for id_, e in entities(readings).items()
    }
    wanted = entities(read(HERE)[0])
    assert values == {
        id_: (e.schema, {k: sorted(v) for k, v in e.properties.items()})
        for id_, e in wanted.items()
    }


def test_a_place_names_the_file_inside_and_its_line(tmp_path: Path) -> None:
    path = archive(tmp_path / "b.zip", {file.name: file.read_bytes() for file in FILES})
    readings, _ = read(path)
    places = {
        reading.entity.id: (reading.source, reading.place) for reading in readings if reading.entity
    }
    assert places["d:12000003"] == (f"{path}:nodes-officers.csv", 4)
    assert places["d:10000002"] == (f"{path}:nodes-entities.csv", 4)


def test_the_six_files_are_told_by_their_columns() -> None:
    for file in FILES:
        columns = set(next(csv.reader(io.StringIO(file.read_text()))))
        assert file.stem.endswith(kind_by_columns(columns))


@pytest.mark.parametrize(
    ("kind", "link", "schemata"),
    [
        ("officer_of", "shareholder of", ["Ownership"]),
        ("officer_of", "Ultimate Beneficial Owner of", ["Ownership"]),
        ("officer_of", "Nominee Shareholder of", ["Ownership"]),
        ("officer_of", "director / shareholder of", ["Ownership", "Directorship"]),
        ("officer_of", "DIRECTOR OF", ["Directorship"]),
        ("officer_of", "trustee of trust of", ["Directorship"]),
        ("officer_of", "secretary of", ["Directorship"]),
        ("officer_of", "settlor of", ["Control"]),
        ("officer_of", "power of attorney of", ["Representation"]),
        ("officer_of", "partner of", ["Membership"]),
        ("officer_of", "officer of", ["UnknownLink"]),
        ("officer_of", "", ["UnknownLink"]),
        ("intermediary_of", "intermediary of", ["Representation"]),
        ("same_name_as", "same name as", ["UnknownLink"]),
        ("similar", "", ["UnknownLink"]),
        ("something new", "owner of", ["UnknownLink"]),
        ("Beneficiary of", "", ["Ownership"]),
        ("trustee of trust of", "", ["Directorship"]),
        ("similar name and address as", "", ["UnknownLink"]),
    ],
)
def test_links(kind: str, link: str, schemata: list[str]) -> None:
    assert [edge.schema for edge in edges_of(kind, link)] == schemata


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("23-MAR-2006", "2006-03-23"),
        ("3-Mar-2006", "2006-03-03"),
        ("2006-03-23", "2006-03-23"),
        ("2006-03-23T00:00:00.000Z", "2006-03-23"),
        ("Jan 25, 1999", "1999-01-25"),
        ("27/06/2009", "2009-06-27"),
        ("06/27/2009", "2009-06-27"),
        ("05/05/2009", "2009-05-05"),
        ("2009", "2009"),
        ("2009-11", "2009-11"),
        ("05/06/2009", ""),
        ("18/19/2015", ""),
        ("30-FEB-2006", ""),
        ("23-XYZ-2006", ""),
        ("0206-03-23", ""),
        ("05152015", ""),
        ("1/15/15", ""),
        ("", ""),
    ],
)
def test_dates(said: str, day: str) -> None:
    assert iso(said) == day


OFFICERS = "node_id,name,countries,country_codes,sourceID,valid_until,note\n"
LINKS = "node_id_start,node_id_end,rel_type,link,status,start_date,end_date,sourceID\n"


def test_bad_rows_are_told_and_the_others_are_in(tmp_path: Path) -> None:
    officers = tmp_path / "nodes-officers.csv"
    rows = [
        "1,Ann,,,,,",
        ",Nobody,,,,,",
        "2,Bob,,",
        "3,Cid,,,,,,,",
        '4,"Dan"x,,,,,',
        "5,Eve,,,,,",
        "a/b,Fay,,,,,",
    ]
    officers.write_bytes((OFFICERS + "\n".join(rows) + "\n6,").encode() + b"\xe9,,,,,\n")
    links = tmp_path / "relationships.csv"
    rows = [
        "1,5,officer_of,shareholder of,,,,",
        "1,,officer_of,,,,,",
        "9,8,registered_address,,,,,",
        "1,9,similar,,,,,",
    ]
    links.write_text(LINKS + "\n".join(rows) + "\n1,a/b,connected_to,,,,,\n")
    readings, intake = read(tmp_path)
    assert sorted(refused(readings)) == [
        ("nodes-officers.csv", 3, "without node_id"),
        ("nodes-officers.csv", 4, "4 cells under a header of 7 columns"),
        ("nodes-officers.csv", 5, "9 cells under a header of 7 columns"),
        ("nodes-officers.csv", 6, "not CSV: ',' expected after '\"'"),
        ("nodes-officers.csv", 9, "not UTF-8: invalid continuation byte at byte 3 of line 9"),
        ("relationships.csv", 3, "without node_id_start or node_id_end"),
        ("relationships.csv", 4, "an address of node 9, which none of the files has"),
    ]
    found = entities(readings)
    assert {id_ for id_ in found if not id_.startswith("rel-")} == {"1", "5", "x..a..2fb"}
    assert sum(id_.startswith("rel-") for id_ in found) == 3
    assert intake.truncated is None


def test_no_row_makes_a_node_vanish(tmp_path: Path) -> None:
    """A relationship with ends its schema does not allow is a link; its ends are not refused."""
    (tmp_path / "nodes-officers.csv").write_text(OFFICERS + "1,Ann,,,,,\n")
    (tmp_path / "nodes-addresses.csv").write_text(
        "node_id,address,name,countries\n2,Street,,\n3,Road,,\n"
    )
    links = [
        "1,2,officer_of,director of",
        "2,1,officer_of,shareholder of",
        "2,3,same_as,same as",
        "2,1,registered_address,",
    ]
    (tmp_path / "relationships.csv").write_text(
        "node_id_start,node_id_end,rel_type,link\n" + "\n".join(links)
    )
    readings, _ = read(tmp_path)
    assert refused(readings) == []
    found = entities(readings)
    assert found["1"].properties["addressEntity"] == ["2"]
    assert sorted(e.schema for e in found.values()) == [
        "Address",
        "Address",
        "LegalEntity",
        "UnknownLink",
        "UnknownLink",
    ]


def test_one_id_that_is_two_things_is_refused_once(tmp_path: Path) -> None:
    (tmp_path / "nodes-entities.csv").write_text(
        "node_id,name,sourceID\n1,Ann Ltd,\n1,Ann Limited,\n2,Bob,\n"
    )
    (tmp_path / "nodes-addresses.csv").write_text("node_id,address\n2,Street\n")
    readings, _ = read(tmp_path, format="icij")
    assert entities(readings)["1"].properties["name"] == ["Ann Ltd", "Ann Limited"]
    assert [reason for *_, reason in refused(readings)] == [
        "is described as Company and as Address: nothing is both"
    ]


def test_relationships_of_older_bundles(tmp_path: Path) -> None:
    (tmp_path / "panama.nodes.officer.csv").write_text(OFFICERS + "1,Ann,,,P,,\n")
    (tmp_path / "panama.nodes.entity.csv").write_text("node_id,name,sourceID\n2,Two Ltd,P\n")
    (tmp_path / "panama.edges.csv").write_text(
        "START_ID,TYPE,END_ID,link\n1,officer_of,2,shareholder of\n"
    )
    found = entities(read(tmp_path, format="icij")[0])
    assert sorted(entity.schema for entity in found.values()) == [
        "Company",
        "LegalEntity",
        "Ownership",
    ]


RELEASES = {
    "2016": {
        "Entities.csv": "name,company_type,node_id,sourceID\nTwo Ltd,,2,P\n",
        "Officers.csv": "name,icij_id,node_id,sourceID\nAnn,E7,1,P\n",
        "Intermediaries.csv": "name,internal_id,address,node_id,sourceID\nAgency,5,Street,4,P\n",
        "Addresses.csv": "address,icij_id,node_id,sourceID\n1 Street,E8,3,P\n",
        "all_edges.csv": "node_1,rel_type,node_2\n1,shareholder of,2\n1,Director of,2\n4,"
        "intermediary of,2\n"
        "1,registered address,3\n1,similar name and address as,4\n",
    },
    "2017": {
        "offshore_leaks.nodes.entity.csv": "n.name,n.company_type,n.node_id,n.sourceID\nTwo "
        "Ltd,,2,P\n",
        "offshore_leaks.nodes.officer.csv": "n.name,n.icij_id,n.node_id,n.sourceID\nAnn,E7,1,P\n",
        "offshore_leaks.nodes.intermediary.csv": "n.name,n.internal_id,n.node_id,"
        "n.sourceID\nAgency,5,4,P\n",
        "offshore_leaks.nodes.address.csv": "n.address,n.icij_id,n.node_id,n.sourceID\n1 "
        "Street,E8,3,P\n",
        "offshore_leaks.edges.csv": "node_1,rel_type,node_2,r.link,r.sourceID\n1,officer_of,"
        "2,shareholder of,P\n"
        "1,officer_of,2,director of,P\n4,intermediary_of,2,,P\n1,registered_address,3,,P\n1,"
        "similar,4,,P\n",
    },
    "2018": {
        "papers.nodes.entity.csv": '"labels(n)","node_id","sourceID","name","ibcRUC"\n'
        '"[""E""]","2","P","Two Ltd",""\n',
        "papers.nodes.officer.csv": '"labels(n)","node_id","sourceID","name","ibcRUC"\n'
        '"[""O""]","1","P","Ann",""\n',
        "papers.nodes.intermediary.csv": '"node_id","sourceID","name","ibcRUC"\n"4","P",'
        '"Agency",""\n',
        "papers.nodes.address.csv": '"node_id","sourceID","address","ibcRUC"\n"3","P","1 '
        'Street",""\n',
        "papers.edges.csv": '"START_ID","TYPE","END_ID","link"\n"1","officer_of","2",'
        '"shareholder of"\n'
        '"1","officer_of","2","director of"\n4,"intermediary_of",2,""\n1,'
        '"registered_address",3,""\n1,similar,4,""\n',
    },
    "capitals": {
        "nodes-entities.csv": "NODE_ID,NAME,IBCRUC,SOURCEID\n2,Two Ltd,,P\n",
        "nodes-officers.csv": "NODE_ID,NAME,SOURCEID\n1,Ann,P\n",
        "nodes-intermediaries.csv": "Node_ID,Name,Internal_ID,SourceID\n4,Agency,5,P\n",
        "nodes-addresses.csv": "NODE_ID,ADDRESS,SOURCEID\n3,1 Street,P\n",
        "relationships.csv": "NODE_ID_START,NODE_ID_END,REL_TYPE,LINK\n1,2,officer_of,"
        "shareholder of\n"
        "1,2,officer_of,director of\n4,2,intermediary_of,\n1,3,registered_address,\n1,4,similar,\n",
    },
}
UNNAMED = {
    f"{n} download.csv": text for n, text in enumerate(reversed(RELEASES["capitals"].values()))
}
NUMBERED = {f"1 {name[:-4]} (1).csv": text for name, text in RELEASES["capitals"].items()}


@pytest.mark.parametrize("form", ["folder", "archive"])
@pytest.mark.parametrize(
    "release",
    [*RELEASES.values(), UNNAMED, NUMBERED],
    ids=[*RELEASES, "names that say nothing", "numbered names"],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_release_reads_as_that_of_today(
    tmp_path: Path, release: dict[str, str], form: str, delimiter: str
) -> None:
    data = {name: text.replace(",", delimiter).encode() for name, text in release.items()}
    for name, text in data.items():
        (tmp_path / name).write_bytes(text)
    given = tmp_path
    if form == "archive":
        given = archive(tmp_path / "b.zip", {"Readme.pdf": bytes(range(256)) * 2_000, **data})
    readings, intake = read(given, format="icij" if release is UNNAMED else None)
    assert (refused(readings), intake.truncated, intake.notes) == ([], None, [])
    found = entities(readings)
    edges = {
        (e.schema, *(e.properties[end][0] for end in ENDS[e.schema]))
        for e in found.values()
        if e.schema in ENDS
    }
    assert edges == {
        ("Ownership", "1", "2"),
        ("Directorship", "1", "2"),
        ("Representation", "4", "2"),
        ("UnknownLink", "1", "4"),
    }
    assert len(found) == 8
    assert {id_: (found[id_].schema, found[id_].caption) for id_ in "1234"} == {
        "1": ("LegalEntity", "Ann"),
        "2": ("Company", "Two Ltd"),
        "3": ("Address", "1 Street"),
        "4": ("LegalEntity", "Agency"),
    }
    assert found["1"].properties["addressEntity"] == ["3"]
    assert found["1"].properties["publisher"] == ["P"]


@pytest.mark.parametrize("turned", [False, True])
def test_relationships_of_one_archive_know_the_nodes_of_another(
    tmp_path: Path, turned: bool
) -> None:
    links = LINKS + "1,2,officer_of,shareholder of,,,,\n2,3,registered_address,,,,,\n"
    one = {
        "relationships.csv": links.encode(),
        "nodes-addresses.csv": b"node_id,address\n3,Street\n",
    }
    other = {
        "nodes-officers.csv": b"node_id,name\n1,Ann\n",
        "nodes-others.csv": b"node_id,name,type\n2,Fund,FUND\n",
    }
    given = [archive(tmp_path / "a.zip", one), archive(tmp_path / "b.zip", other)]
    readings, _ = read(*(reversed(given) if turned else given))
    assert refused(readings) == []
    found = entities(readings)
    assert found["2"].schema == "Company"
    assert found["2"].properties["addressEntity"] == ["3"]


def test_an_archive_of_other_things_is_refused_with_what_is_in_it(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {f"f{n}.json": b"{}" for n in range(5)})
    told = (
        r"a.zip is a zip archive of 5 files \('f0.json', 'f1.json', 'f2.json', …\): "
        r"unpack it .* --format icij"
    )
    for form in (None, "ftm", "bods", "statements"):
        with pytest.raises(BadInput, match=told):
            read(path, format=form)
    with pytest.raises(BadInput, match="archive of 0 files: unpack"):
        read(archive(tmp_path / "empty.zip", {}))
    good = tmp_path / "good.json"
    good.write_text('{"id":"a","schema":"Person","properties":{"name":["Ada"]}}\n')
    readings, intake = read(good, path)
    assert list(entities(readings)) == ["a"]
    assert "a.zip is a zip archive of 5 files" in (intake.truncated or "")


def test_an_archive_from_a_pipe_is_looked_into_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "b.zip", {file.name.upper(): file.read_bytes() for file in FILES})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    readings, intake = read(Path("-"))
    assert (refused(readings), intake.truncated) == ([], None)
    assert entities(readings).keys() == entities(read(HERE)[0]).keys()


@pytest.mark.parametrize(
    "names", [["xl/workbook.xml", "[Content_Types].xml"], ["mimetype", "content.xml"]]
)
def test_a_spreadsheet_is_a_table(tmp_path: Path, names: list[str]) -> None:
    path = archive(tmp_path / "download", dict.fromkeys(names, b"x"))
    with pytest.raises(BadInput, match="is a table: give --mapping"):
        read(path)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("name,sourceID", "no column node_id: this is none"),
        ("node_id,name,name", "two columns 'name'"),
        ("", "no column"),
    ],
)
def test_missing_columns(tmp_path: Path, header: str, reason: str) -> None:
    path = tmp_path / "nodes-officers.csv"
    path.write_text(f"{header}\n1,2,3\n")
    good = shutil.copy(HERE / "nodes-entities.csv", tmp_path)
    readings, _ = read(path, Path(good), format="icij")
    assert [(file, place) for file, place, _ in refused(readings)] == [("nodes-officers.csv", 1)]
    assert reason in refused(readings)[0][2]
    assert len(entities(readings)) == 3
    with pytest.raises(BadInput, match="no file of the Offshore Leaks bundle"):
        read(path, format="icij")


def test_other_encodings_are_named(tmp_path: Path) -> None:
    path = tmp_path / "nodes-officers.csv"
    path.write_bytes((OFFICERS + "1,Zoë,,,,,\n").encode("utf-16"))
    good = shutil.copy(HERE / "nodes-entities.csv", tmp_path)
    readings, _ = read(path, Path(good), format="icij")
    assert refused(readings) == [
        ("nodes-officers.csv", 1, "the header is not UTF-8: convert the file to UTF-8 first")
    ]


def test_a_cut_off_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "relationships.csv"
    path.write_text(LINKS + "1,2,officer_of,owner of,,,,\n1,3,offi")
    intake = read(path)[1]
    assert intake.truncated == f"{path}: line 3 is cut off"
    packed = archive(tmp_path / "b.zip", {path.name: path.read_bytes()})
    assert read(packed)[1].truncated == f"{packed}: relationships.csv: line 3 is cut off"


def test_a_cut_off_archive_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path / "b.zip", {file.name: file.read_bytes() for file in FILES})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadInput, match="is not a whole zip archive"):
        read(path)


def test_a_broken_file_in_an_archive_is_told_and_the_others_are_in(tmp_path: Path) -> None:
    path = archive(tmp_path / "b.zip", {file.name: file.read_bytes() for file in FILES})
    with zipfile.ZipFile(path) as opened:
        info = opened.getinfo("nodes-officers.csv")
    data = bytearray(path.read_bytes())
    begin = info.header_offset + 30 + len(info.filename)
    data[begin + 20 : begin + 60] = b"\xff" * 40
    path.write_bytes(data)
    readings, intake = read(path)
    assert [file for file, *_ in refused(readings)] == ["b.zip"]
    assert "nodes-officers.csv" in (intake.truncated or "")
    assert "10000001" in entities(readings)


def test_a_zip_bomb_is_not_read(tmp_path: Path) -> None:
    bomb = OFFICERS.encode() + b"1,a,,,,,\n" * 12_000_000
    path = archive(
        tmp_path / "b.zip",
        {"nodes-officers.csv": bomb, "nodes-entities.csv": FILES[1].read_bytes()},
    )
    readings, intake = read(path)
    assert len(refused(readings)) == 1
    assert "a zip bomb" in refused(readings)[0][2]
    assert "a zip bomb" in (intake.truncated or "")
    assert "10000001" in entities(readings)


def test_a_bundle_is_loaded_updated_and_asked(fresh_engine: Engine, tmp_path: Path) -> None:
    path = archive(tmp_path / "full-oldb.zip", {file.name: file.read_bytes() for file in FILES})
    report = load(fresh_engine, [str(path)], "d")
    assert (report.added, report.refused_count, report.truncated) == (21, 0, None)
    again = load(fresh_engine, [str(HERE)], "d")
    assert (again.added, again.changed, again.removed, again.unchanged) == (0, 0, 0, 21)
    assert [hit.id for hit in fresh_engine.search(SearchQuestion("larch"), EYES).hits] == [
        "d:15000001"
    ]
    result = fresh_engine.paths(PathQuestion(("d:12000001",), ("d:10000001",)), EYES)
    assert result.paths[0].node_ids == ("d:12000001", "d:15000001", "d:10000002", "d:10000001")
    assert {edge.type for edge in result.edges} == {"OWNERSHIP"}
    near = fresh_engine.expand(ExpandQuestion("d:14000001"), EYES).items
    assert [(step.relationship.type, step.node.id) for step in near] == [
        ("ADDRESS_ENTITY", "d:10000001")
    ]
    assert fresh_engine.check() == []
