"""Batches into the warehouse: what the pure rules of pipeline/ say of texts beside each other, applied inside the loading transaction.

A text is cut by what its whole site has in common, and a story is told by all who tell it: both are functions of the set of articles, so
neither depends on how it came in batches. A batch and all that follows from it are stored together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from flows.telling import placements, tell_stories
from pipeline.articles import text_hash
from pipeline.fingerprints import VERSION
from pipeline.records import Article, ArticleBlocks, Harvest, Remade, SettledText, Signature, UnsettledText
from pipeline.story_neighbours import Telling
from pipeline.templates import MIN_ARTICLES, MIN_SHARE, Blocks, Cut, blocks_of, cut_template, restored
from warehouse import Warehouse
from warehouse.settling import Unsettled

# Articles that one transaction takes into the index of stories: a second or two of work.
INDEX_BATCH = 2_000


def store(warehouse: Warehouse, run_id: str, harvests: Sequence[Harvest], *, now: datetime, publish: bool) -> None:
    """Stores a batch, whole or not at all. The same batch again changes nothing."""
    with warehouse.loading(run_id, harvests, now=now, publish=publish) as unsettled:
        _settle(unsettled, _signatures(article for harvest in harvests for article in harvest.articles))


def store_remade(warehouse: Warehouse, run_id: str, remade: Sequence[Remade]) -> None:
    """Stores versions made again over what they were, whole or not at all. A version that has changed meanwhile is left alone."""
    with warehouse.loading_remade(run_id, remade) as unsettled:
        _settle(unsettled, _signatures(item.article for item in remade))


def index_stories(warehouse: Warehouse) -> int:
    """Takes articles into the index of stories that it lacks: all of them where fingerprints are made otherwise than they were.

    Gives how many it took in. Stopped, it goes on where it was.
    """
    done = 0
    while True:
        with warehouse.loading_unindexed(version=VERSION, most=INDEX_BATCH) as unsettled:
            taken = _settle(unsettled, {})
        if not taken:
            return done
        done += taken


def _signatures(articles: Iterable[Article]) -> dict[str, Signature]:
    """By the hash of the text: most texts are left whole when they are cut, and were signed where they were extracted."""
    return {article.text_hash: article.signature for article in articles}


def _settle(unsettled: Unsettled, signatures: Mapping[str, Signature]) -> int:
    """The texts first, since stories are told by what is left when they are cut; then the stories, which are asked as they were before.

    Gives how many articles there were to settle.
    """
    fresh = [_Uncut(item) for item in unsettled.texts()]
    if fresh:
        turned = unsettled.learn([each.article_blocks() for each in fresh], min_articles=MIN_ARTICLES, min_share=MIN_SHARE)
        templates = unsettled.templates()
        uncut = (*fresh, *map(_Uncut, turned))
        settled = [_Settled(each, templates.get(each.item.site, frozenset()), signatures) for each in uncut]
        placed = placements([each.telling for each in settled], unsettled.stories)
        unsettled.settle([each.text() for each in settled])
        unsettled.stories.place(placed)
    tell_stories(unsettled.stories)
    return len(fresh)


class _Uncut:
    """An article as it was before its site's template was cut from it."""

    def __init__(self, item: UnsettledText) -> None:
        self.item = item
        self.paragraphs: list[str] = restored(item.text.split("\n"), item.cut)
        self.blocks: Blocks = blocks_of(self.paragraphs)

    def article_blocks(self) -> ArticleBlocks:
        """What it tells of its site's template."""
        return ArticleBlocks(article_number=self.item.article_number, anchor=self.blocks.anchor, keys=tuple(sorted(self.blocks.once)))


class _Settled:
    """An article cut by what its site's articles have in common now, and as the stories see it."""

    def __init__(self, uncut: _Uncut, template: frozenset[int], signatures: Mapping[str, Signature]) -> None:
        self._item = item = uncut.item
        kept, cut = cut_template(uncut.paragraphs, uncut.blocks, template)
        self._cut: Cut = cut
        text = "\n".join(kept)
        self._hash = text_hash(text)
        self.telling = Telling(
            article_id=item.article_id, text=text, title=item.title, site=item.site, signature=signatures.get(self._hash)
        )

    def text(self) -> SettledText:
        """What is stored of it."""
        told = self.telling.ready
        return SettledText(
            article_number=self._item.article_number,
            title=self._item.title,
            text=self.telling.text,
            text_hash=self._hash,
            word_count=told.signature.words,
            cut=self._cut,
            rank=told.rank,
            fingerprints=tuple(told.fingerprints.tolist()),
        )
