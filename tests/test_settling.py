"""Template text is cut by what the whole site has in common, whatever the order and the batches in which its articles came."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from template_rule import template_of
from warehouses import NOW, article, feed, harvest, run

from flows.settling import index_stories, store
from pipeline.records import Article
from pipeline.templates import blocks_of
from warehouse import Warehouse, open_reader
from warehouse.connections import writer

SIGN_UP = "Our letter goes out each Friday before the ferry does"
FOOTING = "The Gazette, 4 Quay Lane"
SAID = "We shall not be moved, said the harbour master, nor shall the crane"


def spelled(number: int) -> str:
    """A number in words of its own: digits say nothing of which article it is."""
    return " ".join(["naught", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"][int(digit)] for digit in str(number))


def told(number: int, *, foot: tuple[str, ...] = (SIGN_UP, FOOTING), inside: str = "") -> str:
    name = spelled(number)
    body = [
        f"In year {name} of the board the crane was painted in colour {name}, and the keeper of pier {name} wrote it down in his book.",
        *([inside] if inside else []),
        f"Nobody came to ask about ship {name}, which lay at its berth for {name} weeks, until it was sold to somebody else for less.",
    ]
    return "\n".join([*body, *foot])


def written(numbers: range, **options: Any) -> list[Article]:
    return [article(f"http://gazette.example/{number}", told(number, **options)) for number in numbers]


def loaded(home: Path, batches: list[list[Article]]) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.begin_run(run(), [feed()], now=NOW)
    for batch in batches:
        store(warehouse, "run1", [harvest("gazette", {found.url: found for found in batch})], now=NOW, publish=True)
    return warehouse


def rows(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    with open_reader(warehouse.snapshot) as con:
        return con.execute(sql).fetchall()


SHOWN = """
    SELECT
        a.canonical_url, a.text, a.word_count, a.is_original, l.matched_article_id, l.method,
        (SELECT string_agg(m.article_id, ' ' ORDER BY m.article_id) FROM articles AS m WHERE m.story_id = a.story_id) AS members
    FROM articles AS a
    LEFT JOIN story_links AS l USING (article_id)
    ORDER BY 1
"""


def test_what_recurs_at_the_foot_of_a_sites_articles_is_cut_from_all_of_them(tmp_path: Path) -> None:
    warehouse = loaded(tmp_path, [written(range(1, 3)), written(range(3, 5))])
    assert [text for (text,) in rows(warehouse, "SELECT text FROM articles ORDER BY url")] == [told(n, foot=()) for n in range(1, 5)]
    assert rows(warehouse, "SELECT DISTINCT version FROM articles") == [(1,)]
    assert rows(warehouse, "SELECT DISTINCT cut FROM store.article_version") == [(f'[[2, "{SIGN_UP}"], [3, "{FOOTING}"]]',)]


def test_two_articles_are_not_enough(tmp_path: Path) -> None:
    warehouse = loaded(tmp_path, [written(range(1, 3))])
    assert [text for (text,) in rows(warehouse, "SELECT text FROM articles ORDER BY url")] == [told(1), told(2)]


@pytest.mark.parametrize("seed", range(6))
def test_texts_do_not_depend_on_order_and_batches(tmp_path: Path, seed: int) -> None:
    others = [article(f"http://gazette.example/other/{n}", told(100 + n, foot=(FOOTING,), inside=SAID if n < 2 else "")) for n in range(9)]
    repost = article("http://gazette.example/again", told(1))
    whole = [*written(range(1, 5)), *others, repost]
    dice = random.Random(seed)
    mixed = dice.sample(whole, len(whole))
    batches = []
    while mixed:
        size = dice.randint(1, 6)
        batches.append(mixed[:size])
        mixed = mixed[size:]
    assert rows(loaded(tmp_path / "mixed", batches), SHOWN) == rows(loaded(tmp_path / "whole", [whole]), SHOWN)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_learned_batch_by_batch_is_what_the_rule_says_of_all(tmp_path: Path, seed: int) -> None:
    """Articles come, and come again with another text: blocks spread, thin out and go."""
    dice = random.Random(seed)
    feet = [SIGN_UP, FOOTING, SAID, "Port | Town | Weather", "Ten lamps"]
    now: dict[str, Article] = {}
    batches = []
    for _ in range(5):
        batch = [
            article(
                f"http://gazette.example/{number}",
                told(dice.choice([number, 0, 60 + number]), foot=tuple(dice.choices(feet, k=dice.randint(0, 3)))),
            )
            for number in dice.sample(range(1, 13), dice.randint(1, 6))
        ]
        batches.append(batch)
        now.update({each.url: each for each in batch})
    warehouse = loaded(tmp_path, batches)
    with writer(warehouse.work) as con:
        learned = {key for (key,) in con.execute("SELECT block_key FROM store.template_block").fetchall()}
    assert learned == template_of(blocks_of(each.text.split("\n")) for each in now.values())


def test_a_block_that_fewer_and_fewer_articles_have_is_given_back(tmp_path: Path) -> None:
    warehouse = loaded(tmp_path, [written(range(1, 4)), written(range(4, 30), foot=())])
    assert [text for (text,) in rows(warehouse, "SELECT text FROM articles WHERE url LIKE '%/1'")] == [told(1)]


def test_an_edit_is_learned_from_in_place_of_what_it_edits(tmp_path: Path) -> None:
    warehouse = loaded(tmp_path, [written(range(1, 4)), [article("http://gazette.example/3", told(30, foot=()))]])
    assert rows(warehouse, "SELECT version, text FROM articles ORDER BY url") == [(1, told(1)), (1, told(2)), (2, told(30, foot=()))]


def test_what_was_cut_is_not_found_by_the_text_search(tmp_path: Path) -> None:
    warehouse = loaded(tmp_path, [written(range(1, 3))])
    warehouse.finish_run("run1", status="completed", now=NOW)
    assert len(rows(warehouse, "FROM search('letter')")) == 2
    store(warehouse, "run1", [harvest("gazette", {found.url: found for found in written(range(3, 5))})], now=NOW, publish=False)
    warehouse.finish_run("run1", status="completed", now=NOW)
    assert rows(warehouse, "FROM search('letter')") == []
    assert len(rows(warehouse, "FROM search('keeper')")) == 4


def test_an_index_of_another_version_is_made_anew_and_says_the_same(tmp_path: Path) -> None:
    longer = article("http://courier.example/1", told(1, foot=()) + "\nThe Courier adds that the keeper of the pier has since retired.")
    warehouse = loaded(tmp_path, [written(range(1, 5)), [longer]])
    before = rows(warehouse, SHOWN), rows(warehouse, "SELECT story_id, article_count FROM stories ORDER BY 1")
    assert before[1].count((rows(warehouse, f"SELECT story_id FROM articles WHERE article_id = '{longer.article_id}'")[0][0], 2)) == 1
    with writer(warehouse.work) as con:
        con.execute("UPDATE store.story_index SET version = version - 1; DELETE FROM store.fingerprint WHERE article_number = 2")
    assert index_stories(warehouse) == 5
    assert index_stories(warehouse) == 0
    warehouse.publish()
    assert (rows(warehouse, SHOWN), rows(warehouse, "SELECT story_id, article_count FROM stories ORDER BY 1")) == before
