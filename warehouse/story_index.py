"""The index of stories, asked and written inside the loading transaction: who shares passages with whom, who represents whom.

What the questions mean stands in pipeline/story_neighbours.py. An article is in the index while it has a rank.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.records import IndexEntry, PlacedArticle, StoryMember, StoryOriginal, ToldText
from warehouse.incoming import asked
from warehouse.lookups import texts
from warehouse.sql_files import execute_each, query

_WANTED = pa.schema([("article_id", pa.string()), ("rank", pa.int64()), ("fingerprint", pa.uint64())])
_PLACE = pa.schema(
    [
        *((name, pa.string()) for name in ("article_id", "representative_id", "story_id", "method")),
        *((name, pa.float64()) for name in ("similarity", "containment")),
        ("is_renamed_only", pa.bool_()),
    ]
)
_ORIGINAL = pa.schema([(name, pa.string()) for name in ("story_id", "article_id", "reason", "source")])


class StoredStories:
    """What the warehouse knows of stories, on the writer's open transaction."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        con.execute(query("begin_look_up"))

    def representatives(self, wanted: Sequence[IndexEntry], *, share: float, most: int) -> Iterator[tuple[str, int, int, Sequence[str]]]:
        """(wanted article, fingerprint of it, how many representatives before it hold that, which of them share `share` with it)."""
        yield from self._about(wanted, "story_representatives", {"share": share, "most": most})

    def holders(self, wanted: Sequence[IndexEntry], *, share: float, least: int, most: int) -> Iterator[tuple[str, str]]:
        """(wanted article, article behind it that holds a fingerprint of it which `least` to `most` representatives before that hold)."""
        yield from self._about(wanted, "story_holders", {"share": share, "least": least, "most": most})

    def stories_of(self, representatives: Collection[str]) -> tuple[tuple[str, str, str], ...]:
        """(representative, article, story id) for every article of their stories."""
        self._ask_stories(representatives)
        rows = self._con.execute("SELECT article_id FROM store.story_link WHERE matched_article_id IN (SELECT article_id FROM asked_story)")
        self._ask({*representatives, *(article_id for (article_id,) in rows.fetchall())})
        return tuple(self._con.execute(query("story_members_of")).fetchall())

    def representative_of(self, articles: Collection[str]) -> dict[str, str]:
        """The representative of each of the articles that is in the index."""
        self._ask(articles)
        return dict(self._con.execute(query("story_representative_of")).fetchall())

    def texts(self, articles: Collection[str]) -> tuple[ToldText, ...]:
        """The articles as the index has them."""
        self._ask(articles)
        told = self._con.execute(query("story_tellings")).fetchall()
        found = texts(self._con, [text_hash for *_, text_hash in told])
        return tuple(
            ToldText(article_id=article_id, site=site, title=title, text=found[text_hash]) for article_id, site, title, text_hash in told
        )

    def unindexed_story_ids(self, articles: Collection[str], *, representatives: Collection[str]) -> dict[str, str]:
        """The story ids of those of the articles that the index lost, where no story but those of `representatives` is called so."""
        self._ask(articles)
        self._ask_stories(representatives)
        return dict(self._con.execute(query("unindexed_story_ids")).fetchall())

    def taken(self, story_ids: Collection[str]) -> frozenset[str]:
        """Those of the story ids that stories have."""
        self._con.register("asked_id", asked(("story_id",), [(story_id,) for story_id in story_ids]))
        rows = self._con.execute("SELECT story_id FROM store.story WHERE story_id IN (SELECT story_id FROM asked_id)").fetchall()
        return frozenset(story_id for (story_id,) in rows)

    def place(self, placed: Sequence[PlacedArticle]) -> None:
        """Stores the places of articles that have another one than before."""
        rows = [
            {
                "article_id": item.article_id,
                "representative_id": item.representative_id,
                "story_id": item.story_id,
                "is_renamed_only": item.is_renamed_only,
                "method": item.match.method.value if item.match else None,
                "similarity": item.match.similarity if item.match else None,
                "containment": item.match.containment if item.match else None,
            }
            for item in placed
        ]
        self._ask([item.article_id for item in placed])
        self._con.register("incoming_place", pa.Table.from_pylist(rows, schema=_PLACE))
        self._con.execute(query("place_stories"))

    def resolve_publishers(self) -> None:
        """Brings up to date whom a name stands for; the stories that this concerns are told again."""
        self._con.execute(query("resolve_publishers"))

    def touched_members(self) -> tuple[StoryMember, ...]:
        """The articles of the stories that this batch has touched, story by story."""
        names = StoryMember.__dataclass_fields__
        rows = self._con.execute(query("story_members")).fetchall()
        return tuple(StoryMember(**dict(zip(names, (*row[:5], tuple(row[5]), tuple(row[6])), strict=True))) for row in rows)

    def tell(self, originals: Sequence[StoryOriginal]) -> None:
        """Tells the touched stories anew, each with its original."""
        rows = [{name: getattr(item, name) for name in _ORIGINAL.names} for item in originals]
        self._con.register("incoming_original", pa.Table.from_pylist(rows, schema=_ORIGINAL))
        execute_each(self._con, "tell_stories", {})

    def _ask(self, articles: Collection[str]) -> None:
        self._con.register("asked", asked(("article_id",), [(article_id,) for article_id in articles]))
        self._con.execute(query("ask_articles"))

    def _ask_stories(self, representatives: Collection[str]) -> None:
        self._con.register("asked_story", asked(("article_id",), [(article_id,) for article_id in representatives]))

    def _about(self, wanted: Sequence[IndexEntry], name: str, values: dict[str, object]) -> list[Any]:
        columns = {
            "article_id": [entry.article_id for entry in wanted for _ in entry.fingerprints],
            "rank": [entry.rank for entry in wanted for _ in entry.fingerprints],
            "fingerprint": [value for entry in wanted for value in entry.fingerprints],
        }
        self._con.register("wanted_fingerprint", pa.Table.from_pydict(columns, schema=_WANTED))
        self._con.execute(query("story_look_up"))
        return self._con.execute(query(name), values).fetchall()
