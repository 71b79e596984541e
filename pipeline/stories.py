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
from heapq import heappop, heappush

from pipeline.matching import Text, match
from pipeline.records import Match, Placement
from pipeline.story_neighbours import Neighbours, StoryIndex, Telling

SHARED_BY = 50
# Of 177 matches among 4,000 real articles the least share was .125; below .1 are 60% of the pairs that share anything.
SHARED_LEAST = 0.1


def group(tellings: Iterable[Telling], *, shared_by: int = SHARED_BY) -> dict[str, Placement]:
    """Every article's place, worked out from nothing; all texts are held in memory."""
    texts = {telling.article_id: telling.ready for telling in tellings}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    placed: dict[str, Placement] = {}
    for one in sorted(texts, key=lambda article_id: (texts[article_id].rank, article_id)):
        values = texts[one].fingerprints.tolist()
        shared = Counter(other for value in values if len(holders[value]) <= shared_by for other in holders[value])
        near = (other for other, count in shared.items() if count >= SHARED_LEAST * len(values))
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
    new = {telling.article_id: telling.ready for telling in changed}
    batch = _Batch(index, {*new, *removed}, shared_by)
    batch.void()
    batch.add(new)
    batch.work_through()
    return {one: place for one, place in batch.placed.items() if batch.is_news(place)}


def _placed(one: str, found: Iterable[tuple[str, Match | None]], texts: Mapping[str, Text]) -> Placement:
    """With the representative that covers it best (the more alike, then the first in order, where two do), or by itself."""
    ranked = [(-why.containment, -why.similarity, texts[other].rank, other, why) for other, why in found if why]
    if not ranked:
        return Placement(article_id=one, representative_id=one, match=None)
    *_, best, why = min(ranked, key=lambda each: each[:4])
    return Placement(article_id=one, representative_id=best, match=why)


class _Batch:
    """One batch as it is worked through, in order.

    `lost`: stored representatives that are none any more (removed, changed, or joined to another). `fallen` are these, and `risen` are
    articles that have become one, by the fingerprints that they hold (held, where the text has changed). `due`: articles whose place may
    be another than before, the first in order on top. What becomes due stands behind `at`, the article in hand, since places depend on
    what stands before them only: each is placed once.
    """

    def __init__(self, index: StoryIndex, outdated: Collection[str], shared_by: int) -> None:
        self.around = Neighbours(index, share=SHARED_LEAST, shared_by=shared_by)
        self.outdated = outdated
        self.shared_by = shared_by
        self.placed: dict[str, Placement] = {}
        self.lost: set[str] = set()
        self.risen: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        self.fallen: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        self.due: list[tuple[int, str]] = []
        self.been_due: set[str] = set()
        self.at = (-1, "")
        self.matches: dict[tuple[str, str], Match | None] = {}

    def void(self) -> None:
        """Takes what is outdated out of the stories: whom it represented is due."""
        self.around.ask_stored(self.outdated)
        self._lose([one for one in self.outdated if self.around.representative.get(one) == one])

    def add(self, new: Mapping[str, Text]) -> None:
        """The batch's own articles are due."""
        self.around.texts.update(new)
        self.been_due.update(new)
        for one in new:
            heappush(self.due, self._order(one))

    def work_through(self) -> None:
        """Places all that is due, and what becomes due by that."""
        while self.due:
            self.at = heappop(self.due)
            one = self.at[1]
            self.around.allow_for(len(self.lost))
            if one not in self.around.near:
                self._look_around([one, *(each for _, each in self.due)])
            place = self.placed[one] = self._place(one)
            if place.match is None and not self._stood(one):
                self._rise(one)
            elif place.match is not None and self._stood(one):
                self._lose([one])

    def is_news(self, place: Placement) -> bool:
        """True where a place is not what is stored."""
        if place.article_id in self.outdated or place.representative_id in self.outdated:
            return True
        return self.around.representative[place.article_id] != place.representative_id

    def _stood(self, one: str) -> bool:
        """True for what was a representative before the batch, and is not outdated."""
        return one not in self.outdated and self.around.representative.get(one) == one

    def _order(self, one: str) -> tuple[int, str]:
        return self.around.texts[one].rank, one

    def _place(self, one: str) -> Placement:
        order = self._order(one)
        values = self.around.texts[one].fingerprints.tolist()
        near = self.around.near[one]
        shared: defaultdict[str, int] = defaultdict(int)
        for value in values:
            if value not in near and value not in self.risen:
                continue  # what nobody else holds: most of them
            count, stored = near.get(value, (0, ()))
            risen = [other for other in self.risen.get(value, ()) if other < order]
            if count + len(risen) - sum(other < order for other in self.fallen.get(value, ())) <= self.shared_by:
                for other in stored:
                    if other not in self.lost:
                        shared[other] += 1
                for _, other in risen:
                    shared[other] += 1
        alike = (other for other, count in shared.items() if count >= SHARED_LEAST * len(values))
        return _placed(one, ((other, self._match(other, one)) for other in alike), self.around.texts)

    def _match(self, representative: str, one: str) -> Match | None:
        pair = representative, one
        if pair not in self.matches:
            self.matches[pair] = match(self.around.texts[representative], self.around.texts[one])
        return self.matches[pair]

    def _rise(self, one: str) -> None:
        """Makes it a representative: what stands behind it and may be its member is due."""
        for value in self.around.texts[one].fingerprints.tolist():
            self.risen[value].append(self._order(one))
        self._make_due(self._questioned(one))

    def _questioned(self, one: str) -> set[str]:
        """Stored articles whose place a rise of `one` may change.

        A representative among them matched with nothing, so it can only join `one`. A member may also have lost its way to its
        representative, where a fingerprint that they share became boilerplate.
        """
        self.around.ask_behind([one])
        behind = self.around.behind[one].difference(self.outdated, self.been_due)
        self.around.ask_stored(behind)
        return {other for other in behind if not self._stood(other) or self._match(one, other)}

    def _lose(self, representatives: Collection[str]) -> None:
        """Makes them none any more: their members are due, and those for whom a fingerprint is no longer boilerplate."""
        self.lost.update(representatives)
        self.around.allow_for(len(self.lost))
        self.around.ask_freed(representatives)
        for one in representatives:
            for value in self.around.texts[one].fingerprints.tolist():
                self.fallen[value].append(self._order(one))
            self._make_due(self.around.freed[one].union(self.around.members[one]))

    def _make_due(self, articles: Collection[str]) -> None:
        """Stored articles behind the one in hand are to be placed again; those of the batch are due anyway."""
        new = set(articles).difference(self.outdated, self.been_due)
        self.around.ask_stored(new)
        self.been_due.update(new)
        for one in new:
            if self._order(one) > self.at:
                heappush(self.due, self._order(one))

    def _look_around(self, articles: Sequence[str]) -> None:
        """Has the neighbours of all that is due, and of what that will probably make due."""
        around = self.around
        around.ask_near(articles)
        rising = [one for one in articles if self._place(one).match is None and not self._stood(one)]
        around.ask_behind(rising)
        around.ask_stored({other for one in rising for other in around.behind[one]}.difference(self.outdated))
        questioned = {other for one in rising for other in self._questioned(one)}
        falling = {one for one in questioned if self._stood(one)}
        falling.update(one for one in articles if self._stood(one) and self._place(one).match)
        around.ask_freed(falling)
        members = {other for one in falling for other in around.members[one]}.difference(self.outdated)
        around.ask_stored(members)
        around.ask_near(questioned | members)
        kept = {other for one in rising for other in around.behind[one] & members if self._match(one, other)}
        around.ask_behind(members - kept)
