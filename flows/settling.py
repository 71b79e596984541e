"""Batches into the warehouse: what the pure rules of pipeline/ say of texts beside each other, applied inside the loading transaction.

A text is cut by what its whole site has in common, and a story is told by all who tell it: both are functions of the set of articles, so
neither depends on how it came in batches. A batch and all that follows from it are stored together or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.telling import placements, tell_stories
from pipeline.articles import text_hash
from pipeline.fingerprints import VERSION
from pipeline.matching import text_of
from pipeline.records import ArticleBlocks, Harvest, Remade, SettledText, UnsettledText
from pipeline.templates import MIN_ARTICLES, MIN_SHARE, blocks_of, cut_template, restored
from warehouse import Warehouse
from warehouse.settling import Unsettled

# Articles that one transaction takes into the index of stories: a second or two of work.
INDEX_BATCH = 2_000


def store(warehouse: Warehouse, run_id: str, harvests: Sequence[Harvest], *, now: datetime, publish: bool) -> None:
    """Stores a batch, whole or not at all. The same batch again changes nothing."""
    with warehouse.loading(run_id, harvests, now=now, publish=publish) as unsettled:
        _settle(unsettled)


def store_remade(warehouse: Warehouse, run_id: str, remade: Sequence[Remade]) -> None:
    """Stores versions made again over what they were, whole or not at all. A version that has changed meanwhile is left alone."""
    with warehouse.loading_remade(run_id, remade) as unsettled:
        _settle(unsettled)


def index_stories(warehouse: Warehouse) -> int:
    """Takes articles into the index of stories that it lacks: all of them where fingerprints are made otherwise than they were.

    Gives how many it took in. Stopped, it goes on where it was.
    """
    done = 0
    while True:
        with warehouse.loading_unindexed(version=VERSION, most=INDEX_BATCH) as unsettled:
            taken = _settle(unsettled)
        if not taken:
            return done
        done += taken


def _settle(unsettled: Unsettled) -> int:
    """The texts first, since stories are told by what is left when they are cut; then the stories, which are asked as they were before.

    Gives how many articles there were to settle.
    """
    fresh = unsettled.texts()
    if fresh:
        unsettled.learn([_blocks(item) for item in fresh], min_articles=MIN_ARTICLES, min_share=MIN_SHARE)
        templates = unsettled.templates()
        settled = [_settled(item, templates.get(item.site, frozenset())) for item in unsettled.texts()]
        placed = placements(settled, unsettled.stories)
        unsettled.settle(settled)
        unsettled.stories.place(placed)
    tell_stories(unsettled.stories)
    return len(fresh)


def _blocks(item: UnsettledText) -> ArticleBlocks:
    blocks = blocks_of(_whole(item))
    return ArticleBlocks(article_number=item.article_number, anchor=blocks.anchor, keys=tuple(sorted(blocks.keys)))


def _whole(item: UnsettledText) -> list[str]:
    """The paragraphs before anything was cut."""
    return restored(item.text.split("\n"), item.cut)


def _settled(item: UnsettledText, template: frozenset[int]) -> SettledText:
    """The final text: the whole one, cut by what its site's articles have in common now."""
    kept, cut = cut_template(_whole(item), template)
    text = "\n".join(kept)
    told = text_of(text, title=item.title, site=item.site)
    return SettledText(
        article_number=item.article_number,
        article_id=item.article_id,
        site=item.site,
        title=item.title,
        text=text,
        text_hash=text_hash(text),
        word_count=len(told.words),
        cut=cut,
        rank=told.rank,
        fingerprints=tuple(told.fingerprints.tolist()),
    )
