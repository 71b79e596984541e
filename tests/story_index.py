"""An index of stories in memory, as small as its contract: what `pipeline.stories.regroup` asks of the warehouse."""

from __future__ import annotations

from collections import defaultdict
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
            text = telling.made_ready()
            entry = IndexEntry(article_id=telling.article_id, rank=text.rank, fingerprints=tuple(text.fingerprints.tolist()))
            self.told[telling.article_id], self.entries[telling.article_id] = telling, entry
            for value in entry.fingerprints:
                self.holding[value].add(telling.article_id)
        self.places.update(places)

    def representatives(self, wanted: Sequence[IndexEntry], *, most: int) -> Iterator[tuple[str, int, str | None]]:
        for entry in wanted:
            for value in entry.fingerprints:
                found = self._standing(value, entry.rank)
                if len(found) > most:
                    yield entry.article_id, value, None
                else:
                    yield from ((entry.article_id, value, one) for one in found)

    def holders(self, wanted: Sequence[IndexEntry], *, least: int, most: int) -> Iterator[tuple[str, str]]:
        for entry in wanted:
            for value in entry.fingerprints:
                for one in self.holding.get(value, ()):
                    rank = self.entries[one].rank
                    if rank >= entry.rank and least <= len(self._standing(value, rank)) <= most:
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

    def _standing(self, value: int, rank: int) -> list[str]:
        found = self.holding.get(value, ())
        return [one for one in found if self.places[one].match is None and self.entries[one].rank <= rank]
