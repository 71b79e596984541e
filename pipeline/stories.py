"""Which articles are one story: a function of the set of articles, whatever their order of arrival and the cut of batches. Pure.

Articles are taken in one order, longest text first (`Text.rank`, then `article_id`). Each joins the representative before it that covers it
best, or else becomes one itself: a story is held by its longest text, never by a chain of articles that resemble each other in turn. A
text is compared with the representatives that share a tenth of its fingerprints. One that more than `SHARED_BY` representatives before it
hold is boilerplate and does not count.

`group` says what that means. `regroup` gives what a batch changes in it, asking the index for the neighbours of what changed only. A place
depends on nothing but the representatives before it, so changes are worked through in the same order and each article is placed once. A
newcomer that is longer than a representative and covers it takes its place; the members that it does not cover find another one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Protocol

from pipeline.matching import Text, match, text_of
from pipeline.records import IndexEntry, Match, Placement

SHARED_BY = 50
# Of 177 matches among 4,000 real articles the least share was .125; below .1 are 60% of the pairs that share anything.
SHARED_LEAST = 0.1
# How many stored representatives a batch may do away with before the index is asked for more of them.
_SPARE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An article as grouping sees it."""

    article_id: str
    text: str
    title: str | None = None
    site: str = ""


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


def group(tellings: Iterable[Telling], *, shared_by: int = SHARED_BY) -> dict[str, Placement]:
    """Every article's place, worked out from nothing; all texts are held in memory."""
    texts = {telling.article_id: _text(telling) for telling in tellings}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    placed: dict[str, Placement] = {}
    for one in sorted(texts, key=lambda article_id: (texts[article_id].rank, article_id)):
        values = texts[one].fingerprints.tolist()
        near = _near((holders[value] for value in values if value in holders), len(values), shared_by)
        placed[one] = _placed(one, ((other, match(texts[other], texts[one])) for other in near), texts)
        if placed[one].match is None:
            for value in values:
                holders[value].append(one)
    return placed


def regroup(changed: Iterable[Telling], removed: Collection[str], index: StoryIndex, *, shared_by: int = SHARED_BY) -> dict[str, Placement]:
    """The places that are new or other than before, with `changed` (new articles, and known ones with another text) in and `removed` out.

    `index` answers as before the batch. Put into it, the places are those that `group` finds for all articles. A place is given again
    where its representative stays and changes its text.
    """
    new = {telling.article_id: _text(telling) for telling in changed}
    batch = _Batch(index, {*new, *removed}, shared_by)
    batch.void()
    batch.add(new)
    batch.work_through()
    return {one: place for one, place in batch.placed.items() if batch.is_news(place)}


def _text(telling: Telling) -> Text:
    return text_of(telling.text, title=telling.title, site=telling.site)


def _near(holders: Iterable[Sequence[str]], fingerprints: int, shared_by: int) -> list[str]:
    """Representatives that share enough fingerprints with a text, of those that are not boilerplate."""
    shared = Counter(one for several in holders if len(several) <= shared_by for one in several)
    return [one for one, count in shared.items() if count >= SHARED_LEAST * fingerprints]


def _placed(one: str, found: Iterable[tuple[str, Match | None]], texts: Mapping[str, Text]) -> Placement:
    """With the representative that covers it best (the more alike, then the first in order, where two do), or by itself."""
    ranked = [(-why.containment, -why.similarity, texts[other].rank, other, why) for other, why in found if why]
    if not ranked:
        return Placement(article_id=one, representative_id=one, match=None)
    *_, best, why = min(ranked, key=lambda each: each[:4])
    return Placement(article_id=one, representative_id=best, match=why)


class _Batch:
    """One batch as it is worked through, in order.

    `lost`: stored representatives that are none any more (removed, changed, or joined to another). `risen`: articles that have become
    one, by the fingerprints that they hold. `due`: articles whose place may be another than before, the first in order on top. What
    becomes due stands behind `at`, the article in hand, since places depend on what stands before them only: each is placed once.
    """

    def __init__(self, index: StoryIndex, outdated: Collection[str], shared_by: int) -> None:
        self.index = index
        self.outdated = outdated
        self.shared_by = shared_by
        self.texts: dict[str, Text] = {}
        self.before: dict[str, str] = {}
        self.placed: dict[str, Placement] = {}
        self.lost: set[str] = set()
        self.risen: defaultdict[int, list[str]] = defaultdict(list)
        self.due: list[tuple[int, str]] = []
        self.at = (-1, "")
        self.spare = _SPARE
        self.near: dict[str, dict[int, list[str | None]]] = {}
        self.behind: defaultdict[str, list[str]] = defaultdict(list)
        self.asked_behind: set[str] = set()
        self.matches: dict[tuple[str, str], Match | None] = {}

    def void(self) -> None:
        """Takes what is outdated out of the stories: whom it represented is due."""
        stored = self.index.representative_of(self.outdated)
        standing = [one for one in stored if stored[one] == one]
        self._fetch(standing)
        self._lose(standing)
        for one in standing:
            del self.texts[one]

    def add(self, new: Mapping[str, Text]) -> None:
        """The batch's own articles are due."""
        self.texts.update(new)
        for one, text in new.items():
            heappush(self.due, (text.rank, one))

    def work_through(self) -> None:
        """Places all that is due, and what becomes due by that."""
        while self.due:
            self.at = heappop(self.due)
            one = self.at[1]
            self._look_around(one)
            place = self.placed[one] = self._place(one)
            stood = self.before.get(one) == one
            if place.match is None and not stood:
                self._rise(one)
            elif place.match is not None and stood:
                self._lose([one])

    def is_news(self, place: Placement) -> bool:
        """True where a place is not what is stored."""
        return (
            place.article_id in self.outdated
            or place.representative_id in self.outdated
            or self.before[place.article_id] != place.representative_id
        )

    def _place(self, one: str) -> Placement:
        holders = (self._standing(one, value) for value in self.texts[one].fingerprints.tolist())
        near = _near(holders, len(self.texts[one].fingerprints), self.shared_by)
        return _placed(one, ((other, self._match(other, one)) for other in near), self.texts)

    def _standing(self, one: str, value: int) -> list[str]:
        """The representatives before `one` that hold a fingerprint of it; none where they are too many for the index to give."""
        stored = self.near[one].get(value, [])
        if None in stored:
            return []
        order = (self.texts[one].rank, one)
        kept = [other for other in stored if other and other not in self.lost and (self.texts[other].rank, other) < order]
        return kept + self.risen.get(value, [])

    def _match(self, representative: str, one: str) -> Match | None:
        pair = representative, one
        if pair not in self.matches:
            self.matches[pair] = match(self.texts[representative], self.texts[one])
        return self.matches[pair]

    def _rise(self, one: str) -> None:
        """Makes it a representative: every article behind it that shares a fingerprint with it is due."""
        for value in self.texts[one].fingerprints.tolist():
            self.risen[value].append(one)
        self._ask_behind([one])
        self._make_due(self.behind.pop(one, []))

    def _lose(self, representatives: Sequence[str]) -> None:
        """Makes them none any more: their members are due, and those for whom a fingerprint is no longer boilerplate."""
        self.lost.update(representatives)
        members = self.index.members(representatives)
        least, most = self.shared_by + 1, self.shared_by + len(self.lost) + 1
        freed = self.index.holders([self._entry(one) for one in representatives], least=least, most=most)
        self._make_due({one for several in members.values() for one in several} | {other for _, other in freed})

    def _make_due(self, articles: Iterable[str]) -> None:
        """Stored articles behind the one in hand are to be placed again; those of the batch are due anyway."""
        new = set(articles).difference(self.outdated, self.before)
        if not new:
            return
        self.before.update(self.index.representative_of(new))
        self._fetch(new)
        for one in new:
            if (self.texts[one].rank, one) > self.at:
                heappush(self.due, (self.texts[one].rank, one))

    def _look_around(self, one: str) -> None:
        """Has the neighbours of all that is due, where those of `one` are not known yet."""
        if len(self.lost) >= self.spare:
            self.spare = 2 * len(self.lost)
            self.near.clear()
            self.behind.clear()
            self.asked_behind.clear()
        if one in self.near:
            return
        wanted = [one, *(each for _, each in self.due if each not in self.near)]
        self.near.update((each, defaultdict(list)) for each in wanted)
        for each, value, other in self.index.representatives([self._entry(each) for each in wanted], most=self.shared_by + self.spare):
            self.near[each][value].append(other)
        self._fetch({other for each in wanted for several in self.near[each].values() for other in several if other})
        self._ask_behind([each for each in wanted if self._place(each).match is None])

    def _ask_behind(self, articles: Iterable[str]) -> None:
        """Has the stored articles that are due once these become representatives: asked for all at once where that is likely."""
        new = [one for one in articles if one not in self.asked_behind]
        if not new:
            return
        self.asked_behind.update(new)
        for one, other in self.index.holders([self._entry(each) for each in new], least=0, most=self.shared_by + self.spare):
            self.behind[one].append(other)

    def _fetch(self, articles: Iterable[str]) -> None:
        missing = set(articles).difference(self.texts)
        if missing:
            self.texts.update((telling.article_id, _text(telling)) for telling in self.index.tellings(missing))

    def _entry(self, one: str) -> IndexEntry:
        text = self.texts[one]
        return IndexEntry(article_id=one, rank=text.rank, fingerprints=tuple(text.fingerprints.tolist()))
