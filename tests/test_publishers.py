"""A publisher has one identity, however it is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from warehouses import NOW, article, feed, harvest, run

from flows.settling import store
from pipeline.publishers import is_agency, linked_site, name_key, publisher_of
from warehouse import Warehouse, open_reader


@pytest.mark.parametrize(
    ("names", "identity"),
    [
        (["ZeroHedge", "Zero Hedge", "ZeroHedge News", "zerohedge.com", "www.zerohedge.com", "ZEROHEDGE"], "zerohedge.com"),
        (["Reuters", "Thomson Reuters", "REUTERS", "Reuters Staff", "reuters.com", "Рейтер", "uk.reuters.com"], "reuters.com"),
        (["AP", "Associated Press", "The Associated Press", "AP News", "apnews.com", "ap.org"], "apnews.com"),
        (["The New York Times", "New York Times", "NYT", "nytimes.com"], "nytimes.com"),
        (["El País", "El Pais", "elpais.com"], "elpais.com"),
        (["BBC", "BBC News", "bbc.co.uk", "bbc.com"], "bbc.co.uk"),
        (["Fox News", "Fox", "foxnews.com"], "foxnews.com"),
        (["The Harbour Ledger", "Harbour Ledger", "harbour  ledger", "Harbour Ledger News", "HarbourLedger"], "harbourledger"),
        (["tideline.example", "www.tideline.example"], "tideline.example"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_names_of_one_publisher_are_one_identity(names: list[str], identity: str) -> None:
    assert {name: publisher_of(name) for name in names} == dict.fromkeys(names, identity)


@pytest.mark.parametrize(
    ("source", "url", "identity"),
    [
        pytest.param("Harbour Ledger", "https://news.gazette.example/a", "gazette.example", id="an unknown name by its address"),
        pytest.param("Reuters", "https://gazette.example/a", "reuters.com", id="a known name before a mirror's address"),
        pytest.param("Harbour Ledger", "https://bit.ly/x", "harbourledger", id="a shortener hides its address"),
        pytest.param(None, "https://bit.ly/x", None, id="a shortener alone"),
        pytest.param("Harbour Ledger", "https://www.facebook.com/harbour", "harbourledger", id="anybody posts on a platform"),
        pytest.param(None, None, None, id="nothing"),
    ],
)
def test_a_name_is_known_by_the_table_then_by_its_address(source: str | None, url: str | None, identity: str | None) -> None:
    assert publisher_of(source, url) == identity


@pytest.mark.parametrize(("name", "expected"), [("dpa", True), ("AP", True), ("Ap", False), ("Reuters", True), ("The Guardian", False)])
def test_short_names_of_agencies_keep_their_case(name: str, expected: bool) -> None:
    assert is_agency(name) == expected


def test_an_edition_abroad_is_the_same_publisher() -> None:
    assert linked_site("https://www.bbc.com/news/1") == linked_site("https://www.bbc.co.uk/news/2") == "bbc.co.uk"


NAMES = [
    "The Harbour Ledger", "Harbour Ledger News", "Fox News", "Große Straße", "Zero Hedge", "El País", "Süddeutsche Zeitung", "L'Express", "L.A. Times", "O’Hara’s Blog",
    "Новая газета", "Украинская правда", "Ο Φάρος", "海港日报", "Channel 4 News", "News", "The", "AT&T Newsroom", "Tideline Daily News Online", "  the quay ", "",
]  # fmt: skip


def begun(home: Path, *names: str) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.begin_run(run(), [feed(name) for name in names], now=NOW)
    return warehouse


def test_the_warehouse_spells_names_as_the_pipeline_does(tmp_path: Path) -> None:
    with open_reader(begun(tmp_path).snapshot) as con:
        spelled = {name: con.execute("SELECT name_key(?)", [name]).fetchone() for name in NAMES}
    assert spelled == {name: (name_key(name),) for name in NAMES}


def test_a_credit_finds_the_site_whose_feed_is_called_so(tmp_path: Path) -> None:
    warehouse = begun(tmp_path, "ledger", "repost")
    loaded = [
        harvest("ledger", {"a": article("http://ledger.example/a")}),
        harvest(
            "repost",
            {"b": article("http://repost.example/b", credit="The Ledger"), "c": article("http://repost.example/c", credit="Tideline")},
        ),
    ]
    store(warehouse, "run1", loaded, now=NOW, publish=True)
    with open_reader(warehouse.snapshot) as con:
        found = con.execute("SELECT source, publisher FROM attributions ORDER BY source").fetchall()
    assert found == [("The Ledger", "ledger.example"), ("Tideline", "tideline")]
