"""What the columns of a list are taken for, and what its rows are."""

from pathlib import Path

import pytest
import yaml

from engine.errors import BadInput
from loaders.mapping.language import read_mapping
from loaders.roster.guess import Guess, guessed, mapping_text
from loaders.roster.roster import Choices, name_of, understood


def guess(*rows: str, **options: object) -> Guess:
    table = [row.split(",") for row in rows]
    return guessed(table[0], table[1:], **options)  # type: ignore[arg-type]


def props(found: Guess) -> dict[str, str | None]:
    return {column.heading: column.prop for column in found.columns}


@pytest.mark.parametrize(
    ("headings", "schema", "meant"),
    [
        ("Name,Date of birth,Country", "Person", "name birthDate country"),
        ("Nom,Prénom,Date de naissance,Pays", "Person", "lastName firstName birthDate country"),
        ("Nachname,Vorname,Staatsangehörigkeit", "Person", "lastName firstName nationality"),
        ("ФИО,Дата рождения,Гражданство", "Person", "name birthDate nationality"),
        ("Apellidos,Nombres,Pasaporte", "Person", "lastName firstName passportNumber"),
        ("Επωνυμία,ΑΦΜ,Διεύθυνση", "Person", "name taxNumber address"),
        ("firstName,last_name,e-mail", "Person", "firstName lastName email"),
        ("Company name,Company No.,VAT", "Company", "name registrationNumber vatCode"),
        ("Наименование,ИНН,ОГРН", "Company", "name innCode ogrnCode"),
        ("Name of the shareholder,LEI", "Company", "name leiCode"),
        ("Vessel name,IMO number", "Vessel", "name imoNumber"),
    ],
)
def test_headings_tell_what_columns_hold(headings: str, schema: str, meant: str) -> None:
    found = guess(headings, "," * headings.count(","))
    assert found.schema == schema
    assert [column.prop for column in found.columns] == meant.split()


def test_values_tell_it_where_headings_do_not() -> None:
    found = guess(
        "A,B,C,D",
        "Viktor Morozov,v@example.org,1961-03-12,Russia",
        "Eleni Papadaki,e@example.org,1970-01-02,Greece",
    )
    assert found.schema == "Person"
    assert list(props(found).values()) == ["name", "email", "birthDate", "country"]
    firms = guess("Who", "Acme Ltd", "Bolt GmbH", "ООО Ромашка")
    assert (firms.schema, props(firms)) == ("Company", {"Who": "name"})
    assert guess("Who", "Acme Ltd", "Eleni Papadaki", "Ada Byron").schema == "LegalEntity"


def test_dates_are_read_as_most_of_them_are_written() -> None:
    found = guess("Name,DOB", "Ada,12.03.1961", "Bea,31.12.1970")
    assert found.columns[1].format == "%d.%m.%Y"
    american = guess("Name,DOB", "Ada,3/31/1961", "Bea,12/12/1970")
    assert american.columns[1].format == "%m/%d/%Y"
    either = guess("Name,DOB", "Ada,3/4/1961", "Bea,12/12/1970")
    assert (either.columns[1].format, either.columns[1].doubt) == (
        "%d/%m/%Y",
        "day and month may be exchanged",
    )


def test_a_person_corrects_the_guess() -> None:
    rows = ("Ref,Who,Town", "1,Ada Byron,London", "2,Bea Cole,Oslo")
    found = guess(*rows, schema="LegalEntity", given={"Town": "address", "Ref": ""})
    assert props(found) == {"Ref": None, "Who": "name", "Town": "address"}
    for options, told in (
        ({"given": {"Twn": "address"}}, "did you mean 'Town'"),
        ({"schema": "Persn"}, "'Persn' is not known"),
        ({"schema": "Payment"}, "compares no records"),
        ({"schema": "Company", "given": {"Who": "birthDate"}}, "Company has no such property"),
    ):
        with pytest.raises(BadInput, match=told):
            guess(*rows, **options)
    with pytest.raises(BadInput, match="no column of this list"):
        guess("a,b", "1,2", "3,4")


def test_a_guess_is_a_mapping(tmp_path: Path) -> None:
    found = guess("No,Vorname,Name,Geburtsdatum", "1,Ada,Byron,10.12.1815", "2,Bea,Cole,1.2.1970")
    path = tmp_path / "list.yml"
    path.write_text(mapping_text(found))
    (query,) = read_mapping(path)
    (entity,) = query.entities
    assert entity.keys == ("No",)
    assert {rule.name for rule in entity.properties} >= {"name", "firstName", "birthDate"}
    assert yaml.safe_load(path.read_text())


def test_a_list_without_headings_gets_some(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("Viktor Morozov\nEleni Papadaki\nAda Byron\n")
    folder = tmp_path / "copy"
    folder.mkdir()
    source, found = understood(str(path), Choices(), folder)
    assert props(found) == {"Name": "name"}
    assert Path(source).read_text().splitlines()[:2] == ["Name", "Viktor Morozov"]
    assert name_of("/x/Board Members 2024.xlsx") == "list_board_members_2024"
