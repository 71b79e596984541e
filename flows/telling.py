"""The stories of a batch, told inside the loading transaction: articles placed among all others, stories named, originals chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pipeline.canonical import canonical_url
from pipeline.originals import Member, original_of
from pipeline.publishers import linked_site
from pipeline.records import PlacedArticle, Placement, StoryMember, StoryOriginal
from pipeline.stories import regroup
from pipeline.story_names import first_id, name_stories
from pipeline.story_neighbours import Telling
from warehouse.story_index import StoredStories


def placements(tellings: Sequence[Telling], stored: StoredStories) -> list[PlacedArticle]:
    """Every article whose place changes when `tellings`, not yet stored, are what their articles say now."""
    places = regroup(tellings, (), _Index(stored))
    return list(_named(places, stored))


def tell_stories(stored: StoredStories) -> None:
    """Tells the stories anew that the batch has touched, from their articles alone."""
    stored.resolve_publishers()
    members = stored.touched_members()
    stored.tell([_original(story_id, tuple(told)) for story_id, told in groupby(members, key=lambda member: member.story_id)])


class _Index:
    """The stored stories as `regroup` asks them."""

    def __init__(self, stored: StoredStories) -> None:
        self._stored = stored
        self.representatives = stored.representatives
        self.holders = stored.holders
        self.representative_of = stored.representative_of

    def members(self, representatives: Collection[str]) -> Mapping[str, Sequence[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for representative, article_id, _ in self._stored.stories_of(representatives):
            found[representative].append(article_id)
        return {representative: found[representative] for representative in representatives}

    def tellings(self, articles: Collection[str]) -> Iterable[Telling]:
        for told in self._stored.texts(articles):
            yield Telling(article_id=told.article_id, text=told.text, title=told.title, site=told.site)


def _named(places: Mapping[str, Placement], stored: StoredStories) -> Iterator[PlacedArticle]:
    """The articles that have another place, and those whose story is called otherwise by it, each with the id of its story."""
    parted = set(stored.representative_of(places).values())
    concerned = parted | {place.representative_id for place in places.values()}
    rows = stored.stories_of(concerned)
    before = {article_id: story_id for _, article_id, story_id in rows}
    before |= stored.unindexed_story_ids(places.keys(), representatives=concerned)
    stories: defaultdict[str, list[str]] = defaultdict(list)
    for representative, article_id, _ in rows:
        if article_id not in places:
            stories[representative].append(article_id)
    for article_id, place in places.items():
        stories[place.representative_id].append(article_id)
    names = name_stories(stories, before, _is_taken(stories, stored))
    for representative, members in stories.items():
        for article_id in members:
            moved = places.get(article_id)
            if moved is not None or before[article_id] != names[representative]:
                yield PlacedArticle(
                    article_id=article_id,
                    representative_id=representative,
                    story_id=names[representative],
                    is_renamed_only=moved is None,
                    match=moved.match if moved else None,
                )


def _is_taken(stories: Mapping[str, Sequence[str]], stored: StoredStories) -> Callable[[str], bool]:
    """Whether a story has an id; the first that each of `stories` would be given are looked up at once."""
    likely = {first_id(members) for members in stories.values()}
    taken = stored.taken(likely)
    return lambda story_id: story_id in taken if story_id in likely else bool(stored.taken([story_id]))


def _original(story_id: str, told: Sequence[StoryMember]) -> StoryOriginal:
    found = original_of([_member(member) for member in told])
    return StoryOriginal(story_id=story_id, article_id=found.article_id, reason=found.reason.value, source=found.source)


def _member(member: StoryMember) -> Member:
    """An article as the choice of the original sees it: addresses in their canonical form, its own publisher no credit."""
    publisher = linked_site(member.canonical_url) or member.site
    points_to = {canonical_url(url) for url in member.points_to} - {None, member.canonical_url}
    return Member(
        article_id=member.article_id,
        canonical_url=member.canonical_url,
        publisher=publisher,
        published_at=member.published_at,
        points_to=tuple(sorted(url for url in points_to if url)),
        credited=tuple(name for name in sorted(member.credited) if name not in {publisher, member.site}),
    )
