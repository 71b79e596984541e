"""What a batch leaves to be settled, asked and answered inside the loading transaction: texts to cut, templates to cut them by.

The rules are pipeline's; flows/settling.py brings them here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from pipeline.records import ArticleBlocks, SettledText, UnsettledText
from warehouse.lookups import texts
from warehouse.sql_files import execute_each, query
from warehouse.story_index import StoredStories

_BLOCKS = pa.schema([("article_number", pa.int32()), ("anchor", pa.int64()), ("keys", pa.list_(pa.int64()))])
_SETTLED = pa.schema(
    [
        ("article_number", pa.int32()),
        *((name, pa.string()) for name in ("text", "text_hash")),
        ("title", pa.string()),
        ("word_count", pa.int32()),
        ("cut", pa.string()),
        ("rank", pa.int64()),
        ("fingerprints", pa.list_(pa.uint64())),
    ]
)


class Unsettled:
    """The articles of a batch whose text is new or may be cut otherwise, on the writer's open transaction."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.stories = StoredStories(con)

    def texts(self) -> tuple[UnsettledText, ...]:
        """The articles that the batch brought, by number."""
        return self._texts(is_turned=False)

    def learn(self, blocks: Sequence[ArticleBlocks], *, min_articles: int, min_share: float) -> tuple[UnsettledText, ...]:
        """Learns the sites' templates from these articles as well; gives the others that are cut otherwise by it, unsettled from now on."""
        rows = [{"article_number": item.article_number, "anchor": item.anchor, "keys": list(item.keys)} for item in blocks]
        self._con.register("incoming_blocks", pa.Table.from_pylist(rows, schema=_BLOCKS))
        execute_each(self._con, "learn_templates", {"min_articles": min_articles, "min_share": min_share})
        return self._texts(is_turned=True)

    def templates(self) -> dict[str, frozenset[int]]:
        """The keys of the template blocks of each site that has any."""
        return {site: frozenset(keys) for site, keys in self._con.execute(query("templates")).fetchall()}

    def settle(self, settled: Sequence[SettledText]) -> None:
        """Stores the final texts."""
        rows = [
            {
                "article_number": item.article_number,
                "text": item.text,
                "text_hash": item.text_hash,
                "title": item.title,
                "word_count": item.word_count,
                "cut": json.dumps(item.cut, ensure_ascii=False) if item.cut else None,
                "rank": item.rank,
                "fingerprints": item.fingerprints,
            }
            for item in settled
        ]
        self._con.register("incoming_settled", pa.Table.from_pylist(rows, schema=_SETTLED))
        self._con.execute(query("settle_texts"))

    def _texts(self, *, is_turned: bool) -> tuple[UnsettledText, ...]:
        rows = self._con.execute(query("unsettled"), {"is_turned": is_turned}).fetchall()
        stored = texts(self._con, [text_hash for *_, text, text_hash, _ in rows if text is None])
        return tuple(
            UnsettledText(
                article_number=number,
                article_id=article_id,
                site=site,
                title=title,
                text=stored[text_hash] if text is None else text,
                cut=cut_of(cut),
            )
            for number, article_id, site, title, text, text_hash, cut in rows
        )


def cut_of(stored: object) -> tuple[tuple[int, str], ...]:
    """What was cut from a text, from its column."""
    return tuple((place, paragraph) for place, paragraph in json.loads(str(stored))) if stored else ()
