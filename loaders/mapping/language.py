"""FollowTheMoney's mapping language: what may be written, checked before any table is opened.

The words are FollowTheMoney's and Aleph's. A URL or database that a query names is never opened:
its last part tells which of the given tables the query is for.

Six words are our own. ``sheet``, ``header``, ``encoding`` and ``delimiter`` say in a query how a
table is read where that cannot be detected. ``ids`` and ``key_prefix`` stand in a dataset, beside
its queries, or at the top of the file for all its datasets, because equal keys must give equal
ids in every query:

    kek:
      ids: ftm
      queries: …

| ``ids`` | An entity's id |
| --- | --- |
| ``clew`` | our own, which do not collide; where no ``ids`` is written |
| ``ftm`` | what ``followthemoney.mapping`` gives, and ``ftm map --no-sign`` |
| ``aleph`` | the same with a signature, as Aleph and ``ftm map`` write it |

The prefix of the last two is the dataset's name in this file, which is Aleph's foreign id;
``key_prefix`` names another one, or none (``''``).

Two columns of our own are in every table, ``$file`` and ``$row``: as keys they keep apart what is
written twice and happened twice, such as two equal payments of one day. ``$file`` is the file's
name, within a folder its path from there, and with as many folders more as it takes to tell the
files of one load apart; a sheet or table of the file follows in brackets.
"""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from loaders.mapping.declaration import check_links, column_name, entity_rule
from loaders.mapping.outline import Part, outline
from loaders.mapping.rule import EntityRule, IdScheme, Query
from loaders.table.table import Layout, nearest

NO_SQL = "a mapping gives names and no SQL; use tables, joins and filters"
QUERY = {
    "csv",
    "csv_url",
    "csv_urls",
    "database",
    "table",
    "tables",
    "joins",
    "filters",
    "filters_not",
    "entities",
}
LAYOUT = {"sheet", "header", "encoding", "delimiter"}
IDS = {"ids", "key_prefix"}
SCHEMES = ("clew", "ftm", "aleph")
IDS_ELSEWHERE = "it is the same for all queries of a dataset, and stands beside them"
REFUSED = {"where": NO_SQL, "sql": NO_SQL, "query": NO_SQL, **dict.fromkeys(IDS, IDS_ELSEWHERE)}


def read_mapping(path: Path) -> list[Query]:
    """The queries of a mapping file; raises BadInput with the place of what is wrong."""
    root = outline(path)
    parts = root.parts("a mapping")
    if parts.keys() & {"query", "queries", "entities"}:
        return dataset_queries(root, id_scheme(root, ""))
    queries = []
    for name, dataset in parts.items():
        # a dataset may be called "ids": only a text under that name is the word
        if name in IDS and dataset.named is None:
            continue
        queries += dataset_queries(dataset, id_scheme(dataset, name, root))
    return queries


def dataset_queries(dataset: Part, ids: IdScheme) -> list[Query]:
    """The queries of one dataset; raises BadInput where there are none."""
    if "entities" in dataset.parts("a dataset"):
        return [query(dataset, ids, words=QUERY | LAYOUT | IDS)]
    queries = list(dataset.items_of("queries", "query"))
    if not queries:
        dataset.refuse("there are no queries here")
    return [query(part, ids) for part in queries]


def id_scheme(dataset: Part, name: str, root: Part | None = None) -> IdScheme:
    """How a dataset's ids are made, as it says itself or else the file; raises BadInput."""
    words = id_words(root) | id_words(dataset) if root is not None else id_words(dataset)
    scheme = words["ids"].string() if "ids" in words else SCHEMES[0]
    if scheme not in SCHEMES:
        words["ids"].refuse(
            f"ids are {', '.join(SCHEMES[:-1])} or {SCHEMES[-1]}, and not {scheme!r}"
            f"{nearest(scheme, SCHEMES)}"
        )
    if "key_prefix" in words and scheme == SCHEMES[0]:
        words["key_prefix"].refuse("only ids of FollowTheMoney have a prefix: add 'ids: ftm'")
    prefix = words["key_prefix"].one_text() if "key_prefix" in words else name
    if scheme == "aleph" and not prefix:
        words["ids"].refuse("Aleph signs ids with its foreign id: name it as 'key_prefix'")
    return IdScheme(scheme, prefix)


def id_words(part: Part) -> dict[str, Part]:
    """What is written here about ids; a dataset may be called ``ids``, and is not meant."""
    named = part.parts("a dataset")
    return {word: named[word] for word in IDS & named.keys() if named[word].named is None}


def query(part: Part, ids: IdScheme, words: set[str] = QUERY | LAYOUT) -> Query:
    """One query, in which these words may be written; raises BadInput."""
    part.allow(words, {word: why for word, why in REFUSED.items() if word not in words})
    named = part.parts("a query")
    entities = named.get("entities")
    if entities is None or not entities.named:
        part.refuse("a query without entities makes nothing")
    rules = {name: entity_rule(name, entity, ids) for name, entity in entities.named.items()}
    for name, entity in entities.named.items():
        check_links(rules[name], rules, entity)
    urls = part.items_of("csv", "csv_url", "csv_urls", "database")
    return Query(
        place=part.place,
        entities=tuple(in_order(list(rules.values()), entities)),
        ids=ids,
        hints=tuple(file_hint(url.string()) for url in urls),
        tables=tuple(table(item) for item in part.items_of("table", "tables")),
        joins=tuple(join(item) for item in part.items_of("joins")),
        filters=filters(named.get("filters")),
        filters_not=filters(named.get("filters_not")),
        layout=layout(part),
    )


def file_hint(url: str) -> str:
    """The last part of a URL or path, in lower case; empty for a variable, which is never read."""
    path = urlsplit(url.replace("\\", "/")).path if "://" in url else url
    name = PurePosixPath(unquote(path)).name
    return "" if "$" in name else name.lower()


def table(part: Part) -> tuple[str, str]:
    """A table of a database, and its alias."""
    if part.named is None:
        return part.string(), part.string()
    part.allow({"table", "alias"})
    if "table" not in part.named:
        part.refuse("which table?")
    name = part.named["table"].string()
    return name, part.named["alias"].string() if "alias" in part.named else name


def join(part: Part) -> tuple[str, str]:
    """The two columns that are equal."""
    part.allow({"left", "right"})
    ends = part.parts("a join")
    if len(ends) != 2:
        part.refuse("a join needs left and right")
    return ends["left"].string(), ends["right"].string()


def filters(part: Part | None) -> tuple[tuple[str, frozenset[str]], ...]:
    """Columns, each with the values that let a row through or stop it; no text is an empty cell."""
    if part is None or part.empty:
        return ()
    return tuple(
        (column_name(name), frozenset(value.text or "" for value in values.each()))
        for name, values in part.parts("filters").items()
    )


def layout(part: Part) -> Layout:
    """How the table is to be read, as far as the query says so."""
    named = part.parts("a query")
    words = {name: named[name].string() for name in LAYOUT & named.keys()}
    header = words.pop("header", "0")
    if not header.isdecimal():
        part.refuse("'header' is the number of the row in which the columns' names stand")
    delimiter = words.pop("delimiter", "")
    return Layout(
        header=int(header), delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter), **words
    )


def in_order(rules: Sequence[EntityRule], part: Part) -> list[EntityRule]:
    """The entities, each after those that it refers to; raises BadInput for a circle."""
    waiting, done, ordered = list(rules), set[str](), list[EntityRule]()
    while waiting:
        ready = [
            rule
            for rule in waiting
            if all(prop.entity is None or prop.entity in done for prop in rule.properties)
        ]
        if not ready:
            names = ", ".join(rule.name for rule in waiting)
            part.refuse(f"{names} refer to each other in a circle")
        ordered += ready
        done.update(rule.name for rule in ready)
        waiting = [rule for rule in waiting if rule.name not in done]
    return ordered


def advice(queries: Sequence[Query], one: str, other: str) -> str:
    """What to change in the mapping where one id is made for entities of these two schemata."""
    rules = [rule for query in queries for rule in query.entities]
    makers = dict.fromkeys(
        f"{rule.name} ({rule.schema})"
        for rule in rules
        for peer in rules
        if {rule.schema, peer.schema} == {one, other} and rule.key_literal == peer.key_literal
    )
    return (
        f"{' and '.join(makers)} can have the same id: "
        "give each its own key_literal, or all one schema"
    )
