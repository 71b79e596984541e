"""What the warehouse knows of stories, and a batch's questions to it, each asked for many articles at once. Pure.

One question reads the whole index of fingerprints, so what it costs is the reading, not the articles: what will be asked soon is asked now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from pipeline.matching import Text, text_of
from pipeline.records import IndexEntry, Signature

# How many stored representatives a batch may do away with before the index is asked for more of them.
_SPARE = 100


@dataclass(frozen=True, kw_only=True)
class Telling:
    """An article as grouping sees it; `signature` is that of its text, where it is known."""

    article_id: str
    text: str
    title: str | None = None
    site: str = ""
    signature: Signature | None = None

    @cached_property
    def ready(self) -> Text:
        """Its text, ready to be compared; made once."""
        return text_of(self.text, title=self.title, site=self.site, signature=self.signature)


class StoryIndex(Protocol):
    """What the warehouse knows of stories as they were before a batch.

    One article stands before another if its (rank, article_id) is less.
    """

    def representatives(self, wanted: Sequence[IndexEntry], *, share: float, most: int) -> Iterable[tuple[str, int, int, Sequence[str]]]:
        """(wanted article, fingerprint of it, how many representatives before it hold that, which of them).

        A row for each fingerprint that any of them holds. Which: those alone that share at least `share` of the wanted article's
        fingerprints, counted by those that no more than `most` hold. Of more than `most`, any greater number is given and none named.
        """
        ...

    def holders(self, wanted: Sequence[IndexEntry], *, share: float, least: int, most: int) -> Iterable[tuple[str, str]]:
        """(wanted article, article behind it that holds a fingerprint of it).

        Only by fingerprints that at least `least` and at most `most` representatives before that article hold. Of representatives, those
        alone of whose fingerprints such are at least `share`.
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

    `texts`: of every article that a question was asked about. `representative`: of stored articles. `near`: by the fingerprint that they
    share with an article, how many representatives before it there are, and which may be worth a comparison. `behind`: stored articles to
    place again once an article becomes a representative; `freed`: those to place again once it is none any more, its members aside, which
    are in `members`.
    """

    def __init__(self, index: StoryIndex, *, share: float, shared_by: int) -> None:
        self._index = index
        self._share = share
        self._shared_by = shared_by
        self._spare = _SPARE
        self.texts: dict[str, Text] = {}
        self.representative: dict[str, str] = {}
        self.near: dict[str, dict[int, tuple[int, Sequence[str]]]] = {}
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
            self.texts.update((telling.article_id, telling.ready) for telling in self._index.tellings(stored))

    def ask_near(self, articles: Iterable[str]) -> None:
        """Has the representatives before each article, with their texts."""
        if new := self._entries(articles, self.near):
            self.near.update((entry.article_id, {}) for entry in new)
            found: set[str] = set()
            for one, value, count, others in self._index.representatives(new, share=self._share, most=self._shared_by + self._spare):
                self.near[one][value] = count, others
                found.update(others)
            self.ask_stored(found)

    def ask_behind(self, articles: Iterable[str]) -> None:
        """Has the stored articles that a rise of each article puts in question."""
        if new := self._entries(articles, self.behind):
            self.behind.update((entry.article_id, set()) for entry in new)
            for one, other in self._index.holders(new, share=self._share, least=0, most=self._shared_by + self._spare):
                self.behind[one].add(other)

    def ask_freed(self, articles: Iterable[str]) -> None:
        """Has the stored articles that a fall of each representative puts in question, and its members."""
        if new := self._entries(articles, self.freed):
            self.freed.update((entry.article_id, set()) for entry in new)
            for one, other in self._index.holders(new, share=0, least=self._shared_by + 1, most=self._shared_by + self._spare):
                self.freed[one].add(other)
            self.members.update(self._index.members({entry.article_id for entry in new}.difference(self.members)))

    def _entries(self, articles: Iterable[str], known: Mapping[str, object]) -> list[IndexEntry]:
        new = [(one, self.texts[one]) for one in sorted(set(articles).difference(known))]
        return [IndexEntry(article_id=one, rank=text.rank, fingerprints=tuple(text.fingerprints.tolist())) for one, text in new]
