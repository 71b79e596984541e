"""Text search: ranked, offline, kept up to date by each run, in plain SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from warehouses import NOW, TEXT, article, feed, harvest, run

from flows.settling import store
from pipeline.records import Article
from warehouse import Warehouse, open_sealed

BIRDS = "A thrush calls once every forty seconds as it flies over the city, and the microphones on the dome catch it. "
TRAM = "The tram creeps up the hill at a walk, and tea is served in the second car. The tram is late. "
CHINESE = "港口的渡轮票价又涨了,岛上的居民自己算了一笔账。" * 3


def indexed(home: Path, articles: dict[str, Article | None]) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.begin_run(run(), [feed()], now=NOW)
    store(warehouse, "run1", [harvest("gazette", articles)], now=NOW, publish=False)
    warehouse.finish_run("run1", status="completed", now=NOW)
    return warehouse


def search(warehouse: Warehouse, words: str) -> list[Any]:
    with open_sealed(warehouse.snapshot) as con:
        return [row[0] for row in con.execute("SELECT canonical_url FROM search($1)", [words]).fetchall()]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    texts = {"birds": BIRDS, "tram": TRAM, "letters": TEXT, "chinese": CHINESE}
    return indexed(tmp_path, {name: article(f"http://gazette.example/{name}", text) for name, text in texts.items()})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("tram", ["tram"], id="a word"),
        pytest.param("TRAM!", ["tram"], id="case and punctuation"),
        pytest.param("thrush tram", ["tram", "birds"], id="the text that says it more often comes first"),
        pytest.param("渡轮", ["chinese"], id="a script without spaces"),
        pytest.param("zebra", [], id="a word that nobody said"),
        pytest.param("", [], id="nothing"),
        pytest.param("'; DROP--", [], id="an injection"),
    ],
)
def test_the_best_articles_come_first(warehouse: Warehouse, words: str, found: list[str]) -> None:
    assert search(warehouse, words) == [f"https://gazette.example/{name}" for name in found]


def test_a_new_version_takes_the_place_of_the_old(warehouse: Warehouse) -> None:
    edited = harvest("gazette", {"tram": article("http://gazette.example/tram", BIRDS + "It was edited.")}, changed=1, content_hash="h2")
    store(warehouse, "run1", [edited], now=NOW, publish=False)
    warehouse.finish_run("run1", status="completed", now=NOW)
    assert search(warehouse, "tea") == []
    assert set(search(warehouse, "thrush")) == {"https://gazette.example/birds", "https://gazette.example/tram"}


def test_incremental_equals_from_scratch(tmp_path: Path) -> None:
    articles = {name: article(f"http://gazette.example/{name}", text) for name, text in (("a", BIRDS), ("b", TRAM), ("c", TEXT))}
    whole = indexed(tmp_path / "whole", {**articles})
    step = indexed(tmp_path / "step", {"a": articles["a"]})
    for name in ("b", "c"):
        store(step, "run1", [harvest("gazette", {name: articles[name]}, listed=("a", "b", "c"))], now=NOW, publish=False)
        step.finish_run("run1", status="completed", now=NOW)
    for words in ("thrush tram letters", "the", "board and tea"):
        assert search(whole, words) == search(step, words)


def test_indexing_again_adds_nothing(warehouse: Warehouse) -> None:
    assert warehouse.index_words() == 0
