"""Batches into the warehouse: what the pure rules of pipeline/ say of texts beside each other, applied inside the loading transaction.

A text is cut by what its whole site has in common, and a story is told by all who tell it: both are functions of the set of articles, so
neither depends on how it came in batches. A batch and all that follows from it are stored together or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from pipeline.articles import story_id_of, words_of
from pipeline.records import ArticleBlocks, Harvest, Remade, SettledText, UnsettledText
from pipeline.templates import MIN_ARTICLES, MIN_SHARE, blocks_of, cut_template, restored
from warehouse import Warehouse
from warehouse.settling import Unsettled


def store(warehouse: Warehouse, run_id: str, harvests: Sequence[Harvest], *, now: datetime, publish: bool) -> None:
    """Stores a batch, whole or not at all. The same batch again changes nothing."""
    with warehouse.loading(run_id, harvests, now=now, publish=publish) as unsettled:
        _settle(unsettled)


def store_remade(warehouse: Warehouse, run_id: str, remade: Sequence[Remade]) -> None:
    """Stores versions made again over what they were, whole or not at all. A version that has changed meanwhile is left alone."""
    with warehouse.loading_remade(run_id, remade) as unsettled:
        _settle(unsettled)


def _settle(unsettled: Unsettled) -> None:
    fresh = unsettled.texts()
    if not fresh:
        return
    unsettled.learn([_blocks(item) for item in fresh], min_articles=MIN_ARTICLES, min_share=MIN_SHARE)
    templates = unsettled.templates()
    unsettled.settle([_settled(item, templates.get(item.site, frozenset())) for item in unsettled.texts()])


def _blocks(item: UnsettledText) -> ArticleBlocks:
    blocks = blocks_of(item.text.split("\n"))
    return ArticleBlocks(article_number=item.article_number, anchor=blocks.anchor, keys=tuple(sorted(blocks.keys)))


def _settled(item: UnsettledText, template: frozenset[int]) -> SettledText:
    """The final text: the whole one, cut by what its site's articles have in common now."""
    kept, cut = cut_template(restored(item.text.split("\n"), item.cut), template)
    text = "\n".join(kept)
    words = words_of(text)
    return SettledText(
        article_number=item.article_number,
        text=text,
        text_hash=hashlib.sha256(text.encode()).hexdigest()[:32],
        word_count=len(words),
        cut=cut,
        story_id=story_id_of(words, title=item.title or "", identity=item.canonical_url),
    )
