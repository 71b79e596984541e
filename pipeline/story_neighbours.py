"""What the warehouse knows of stories, and a batch's questions to it, each asked for many articles at once. Pure.

One question reads the whole index of fingerprints, so what it costs is the reading, not the articles: what will be asked soon is asked now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.matching import Text, text_of
from pipeline.records import IndexEntry

# How many stored representatives a batch may do away with before the index is asked for more of them.
_SPARE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An article as grouping sees it."""

    article_id: str
    text: str
    title: str | None = None
    site: str = ""

    def made_ready(self) -> Text:
        """Its text, ready to be compared."""
        return text_of(self.text, title=self.title, site=self.site)


class StoryIndex(Protocol):
    """What the warehouse knows of stories as they were before a batch.

    It compares ranks alone, so that articles of equal rank, a wanted article itself among them, are given too: they are told apart here.
    """

    def representatives(self, wanted: Sequence[IndexEntry], *, most: int) -> Iterable[tuple[str, int, str | None]]:
        """(wanted article, fingerprint of it, representative that holds it and has no higher rank).

        Where there are more than `most` for a fingerprint, one row with None stands for them.
        """
        ...

    def holders(self, wanted: Sequence[IndexEntry], *, least: int, most: int) -> Iterable[tuple[str, str]]:
        """(wanted article, article that holds a fingerprint of it and has no lower rank).

        Only by fingerprints that at least `least` and at most `most` representatives hold which have no higher rank than that article.
        """
        ...

    def representative_of(self, articles: Collection[str]) -> Mapping[str, str]:
        """The representative of each of `articles` that is known."""
        ...

    def members(self, representatives: Collection[str]) -> Mapping[str, Sequence[str]]:
        """The articles of each representative's story, itself among them."""
        ...

    def tellings(self, articles: Collection[str]) -> Iterable[Telling]:
        """The articles as they were before the batch."""
        ...


class Neighbours:
    """Answers of the index, kept for the length of a batch.

    `texts`: of every article that a question was asked about. `representative`: of stored articles. `near`: representatives before an
    article by the fingerprint that they share with it, None for too many of them. `behind`: stored articles to place again once an
    article becomes a representative; `freed`: those to place again once it is none any more, its members aside; `members`: these.
    """

    def __init__(self, index: StoryIndex, shared_by: int) -> None:
        self._index = index
        self._shared_by = shared_by
        self._spare = _SPARE
        self.texts: dict[str, Text] = {}
        self.representative: dict[str, str] = {}
        self.near: dict[str, dict[int, list[str | None]]] = {}
        self.behind: dict[str, set[str]] = {}
        self.freed: dict[str, set[str]] = {}
        self.members: dict[str, Sequence[str]] = {}

    def allow_for(self, lost: int) -> None:
        """Forgets what holds only while fewer stored representatives are lost: beyond it the index left out some that count now."""
        if lost >= self._spare:
            self._spare = 2 * lost
            self.near.clear()
            self.behind.clear()
            self.freed.clear()

    def ask_stored(self, articles: Iterable[str]) -> None:
        """Has texts and representatives of those of the articles that are stored."""
        if new := set(articles).difference(self.texts):
            stored = self._index.representative_of(new)
            self.representative.update(stored)
            self.texts.update((telling.article_id, telling.made_ready()) for telling in self._index.tellings(stored))

    def ask_near(self, articles: Iterable[str]) -> None:
        """Has the representatives before each article, with their texts."""
        if new := self._entries(articles, self.near):
            self.near.update((entry.article_id, defaultdict(list)) for entry in new)
            found = set()
            for one, value, other in self._index.representatives(new, most=self._shared_by + self._spare):
                self.near[one][value].append(other)
                found.add(other)
            self.ask_stored(other for other in found if other is not None)

    def ask_behind(self, articles: Iterable[str]) -> None:
        """Has the stored articles that a rise of each article puts in question."""
        if new := self._entries(articles, self.behind):
            self.behind.update((entry.article_id, set()) for entry in new)
            for one, other in self._index.holders(new, least=0, most=self._shared_by + self._spare):
                self.behind[one].add(other)

    def ask_freed(self, articles: Iterable[str]) -> None:
        """Has the stored articles that a fall of each representative puts in question, and its members."""
        if new := self._entries(articles, self.freed):
            self.freed.update((entry.article_id, set()) for entry in new)
            for one, other in self._index.holders(new, least=self._shared_by + 1, most=self._shared_by + self._spare):
                self.freed[one].add(other)
            self.members.update(self._index.members({entry.article_id for entry in new}.difference(self.members)))

    def _entries(self, articles: Iterable[str], known: Mapping[str, object]) -> list[IndexEntry]:
        new = [(one, self.texts[one]) for one in sorted(set(articles).difference(known))]
        return [IndexEntry(article_id=one, rank=text.rank, fingerprints=tuple(text.fingerprints.tolist())) for one, text in new]
