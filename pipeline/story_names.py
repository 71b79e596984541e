"""The ids of stories, which stay when a story changes hands. Pure.

What is one story depends on the articles alone; what it is called may depend on the past. A story keeps its id while it has a member of
those that it had; where several ids meet, that which brings most members stays, and where members part, that part keeps it which has most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from pipeline.articles import short_id


def name_stories(
    stories: Mapping[str, Sequence[str]], before: Mapping[str, str], is_taken: Callable[[str], bool] = lambda _: False
) -> dict[str, str]:
    """The story id of each representative in `stories` (members by representative, itself among them).

    `before` has the story ids that members had. All stories that hold an article of one of these ids must be given together, or two of
    them could keep it. `is_taken` is asked about new ids: one may be in use by a story that its first member has left.
    """
    claims: list[tuple[int, str, str]] = []
    for representative, members in stories.items():
        held = Counter(before[member] for member in members if member in before)
        claims.extend((-count, story_id, representative) for story_id, count in held.items())
    named: dict[str, str] = {}
    given: set[str] = set()
    for _, story_id, representative in sorted(claims):
        if representative not in named and story_id not in given:
            named[representative] = story_id
            given.add(story_id)
    for representative in sorted(stories.keys() - named.keys()):
        named[representative] = next(new for new in _new_ids(sorted(stories[representative])) if new not in given and not is_taken(new))
        given.add(named[representative])
    return named


def first_id(members: Sequence[str]) -> str:
    """What a new story of these members is called, where that is not taken."""
    return next(iter(_new_ids(sorted(members))))


def _new_ids(members: Sequence[str]) -> Iterable[str]:
    """Ids that a story of these members may be called by: the first one's, the second one's, and so on, then the same numbered."""
    number = 0
    while True:
        yield from (short_id(f"story {number} of {member}") for member in members)
        number += 1
