"""Others' ways to tell which records are the same, as scores of pairs."""

import importlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from engine.entity import Entity

Score = Callable[[Entity, Entity], float]
NOMENKLATURA = ("logic-v2", "er-unstable", "ofac", "regression-v1")
COLUMNS = (
    *("given_name", "surname", "date_of_birth", "street_number", "address_1", "suburb"),
    *("postcode", "state"),
)


def nomenklatura(name: str) -> Score:
    """The score of one of nomenklatura's algorithms; raises ImportError without the library."""
    proxies = importlib.import_module("followthemoney").EntityProxy
    found = importlib.import_module("nomenklatura.matching").get_algorithm(name)
    if found is None:
        raise LookupError(name)
    config = found.default_config()

    def score(one: Entity, other: Entity) -> float:
        sides = (
            proxies.from_dict({"id": each.id, "schema": each.schema, "properties": each.properties})
            for each in (one, other)
        )
        return float(found.compare(*sides, config).score)

    return score


def splink(frame: Any) -> Score:
    """The probability of Splink, trained without labels on a set of FEBRL's: a table of people.

    The settings are those of Splink's own example for FEBRL; pairs that share none of its blocks
    count as 0.
    """
    found = _predicted(frame.reset_index()[[frame.index.name or "index", *COLUMNS]])

    def score(one: Entity, other: Entity) -> float:
        ids = sorted(each.id.partition(":")[2] for each in (one, other))
        return found.get((ids[0], ids[1]), 0.0)

    return score


def _settings(splink: Any) -> Any:
    """Blocks and comparisons for FEBRL's columns."""
    comparisons = importlib.import_module("splink.comparison_library")
    block = splink.block_on
    blocks = [
        *(block("given_name", "surname"), block("date_of_birth"), block("suburb", "surname")),
        *(block("postcode", "surname"), block("address_1"), block("given_name", "suburb")),
        *(block("given_name", "postcode"), block("surname", "street_number")),
    ]
    nearly = comparisons.DamerauLevenshteinAtThresholds
    return splink.SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=blocks,
        comparisons=[
            *(comparisons.NameComparison("given_name"), comparisons.NameComparison("surname")),
            *(nearly("date_of_birth", [1, 2]), comparisons.ExactMatch("street_number")),
            *(nearly("address_1", [1, 3]), nearly("suburb", [1, 2]), nearly("postcode", [1, 2])),
            comparisons.ExactMatch("state"),
        ],
    )


def _predicted(rows: Any) -> Mapping[tuple[str, str], float]:
    module = importlib.import_module("splink")
    rows = rows.rename(columns={rows.columns[0]: "unique_id"}).astype("object")
    rows = rows.where(rows.notna(), None)
    logging.getLogger("splink").setLevel(logging.ERROR)
    table = module.DuckDBAPI().register(rows)
    linker = module.Linker(table, _settings(module), log_level=logging.ERROR)
    block, training = module.block_on, linker.training
    training.estimate_probability_two_random_records_match(
        [block("date_of_birth", "surname"), block("given_name", "surname", "suburb")], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=13)
    for rule in (block("date_of_birth"), block("surname"), block("suburb")):
        training.estimate_parameters_using_expectation_maximisation(rule)
    table = linker.inference.predict(threshold_match_probability=0.001).as_pandas_dataframe()
    return {
        (min(left, right), max(left, right)): probability
        for left, right, probability in zip(
            table["unique_id_l"], table["unique_id_r"], table["match_probability"], strict=True
        )
    }
