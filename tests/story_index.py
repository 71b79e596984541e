"""An index of stories in memory, as small as its contract: what `pipeline.stories.regroup` asks of the warehouse."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from pipeline.records import IndexEntry, Placement
from pipeline.story_neighbours import Telling


class MemoryStoryIndex:
    """Places, texts and fingerprints of articles; `put` takes in what a batch changed."""

    def __init__(self) -> None:
        self.told: dict[str, Telling] = {}
        self.entries: dict[str, IndexEntry] = {}
        self.places: dict[str, Placement] = {}
        self.holding: defaultdict[int, set[str]] = defaultdict(set)

    def put(self, changed: Iterable[Telling], removed: Collection[str], places: Mapping[str, Placement]) -> None:
        changed = list(changed)
        for article_id in {*removed, *(telling.article_id for telling in changed)} & set(self.told):
            for value in self.entries.pop(article_id).fingerprints:
                self.holding[value].discard(article_id)
            del self.told[article_id], self.places[article_id]
        for telling in changed:
            text = telling.ready
            entry = IndexEntry(article_id=telling.article_id, rank=text.rank, fingerprints=tuple(text.fingerprints.tolist()))
            self.told[telling.article_id], self.entries[telling.article_id] = telling, entry
            for value in entry.fingerprints:
                self.holding[value].add(telling.article_id)
        self.places.update(places)

    def representatives(self, wanted: Sequence[IndexEntry], *, share: float, most: int) -> Iterator[tuple[str, int, int, list[str]]]:
        for entry in wanted:
            before = {value: self._before(value, entry) for value in entry.fingerprints}
            shared = Counter(one for several in before.values() if len(several) <= most for one in several)
            for value, several in before.items():
                near = [one for one in several if shared[one] >= share * len(entry.fingerprints)] if len(several) <= most else []
                if several:
                    yield entry.article_id, value, len(several), near

    def holders(self, wanted: Sequence[IndexEntry], *, share: float, least: int, most: int) -> Iterator[tuple[str, str]]:
        for entry in wanted:
            shared = Counter(
                one
                for value in entry.fingerprints
                for one in self.holding.get(value, ())
                if _order(self.entries[one]) > _order(entry) and least <= len(self._before(value, self.entries[one])) <= most
            )
            for one, count in shared.items():
                if self.places[one].match or count >= share * len(self.entries[one].fingerprints):
                    yield entry.article_id, one

    def representative_of(self, articles: Collection[str]) -> dict[str, str]:
        return {one: self.places[one].representative_id for one in articles if one in self.places}

    def members(self, representatives: Collection[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {one: [] for one in representatives}
        for place in self.places.values():
            if place.representative_id in found:
                found[place.representative_id].append(place.article_id)
        return found

    def tellings(self, articles: Collection[str]) -> list[Telling]:
        return [self.told[one] for one in articles]

    def _before(self, value: int, entry: IndexEntry) -> list[str]:
        found = self.holding.get(value, ())
        return [one for one in found if self.places[one].match is None and _order(self.entries[one]) < _order(entry)]


def _order(entry: IndexEntry) -> tuple[int, str]:
    return entry.rank, entry.article_id
