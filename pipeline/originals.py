"""Which article of a story the others repeat, and why that one. Pure; the order of the members makes no difference.

In order: what the others' pages point to as their canonical address or cite; the publisher that the others credit; the earliest of those
that credit nobody else; the earliest of all. Where everything points outside, the original was never seen, and is named by its credit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_NEVER = datetime.max.replace(tzinfo=UTC)


class OriginalReason(StrEnum):
    """Why an article is its story's original.

    `only`: the story has no other. `canonical_url`: the others' pages name its address as theirs, or cite it. `credited`: the others
    credit its publisher. `uncredited`: of those that credit nobody, the earliest. `earliest`: credits tell nothing, and it is dated
    first. `address`: dates tell nothing either, and its URL is first in the alphabet. `unseen`: the original is none of the articles; this
    one, the earliest, stands for it.
    """

    ONLY = "only"
    CANONICAL_URL = "canonical_url"
    CREDITED = "credited"
    UNCREDITED = "uncredited"
    EARLIEST = "earliest"
    ADDRESS = "address"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article of a story as the choice of the original sees it.

    `publisher` is the identity of who publishes it, `credited` those of whom it credits, itself not among them. `points_to` are canonical
    URLs other than its own that its page gives as rel=canonical, og:url, cite or via; whose address is outside the story is credited as
    well. `published_at` is None where no date can be trusted.
    """

    article_id: str
    canonical_url: str
    publisher: str
    published_at: datetime | None = None
    points_to: tuple[str, ...] = ()
    credited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The article that the others repeat, and why. `source` is the publisher of an original that was never seen, else None."""

    article_id: str
    reason: OriginalReason
    source: str | None = None


def original_of(members: Sequence[Member]) -> Original:
    """The original among `members`, of which there is at least one."""
    ordered = sorted(members, key=_age)
    by_url = {member.canonical_url: member for member in ordered}
    ends = Counter(end for member in ordered if (end := _followed(member, by_url)) != member.canonical_url)
    mentions = Counter(name for member in ordered for name in set(member.credited))
    own = [member for member in ordered if _is_own(member, by_url)]
    if pointed := [member for member in own if member.canonical_url in ends]:
        first = min(pointed, key=lambda member: (-ends[member.canonical_url], _age(member)))
        return Original(article_id=first.article_id, reason=OriginalReason.CANONICAL_URL)
    if credited := [member for member in own if member.publisher in mentions]:
        first = min(credited, key=lambda member: (-mentions[member.publisher], _age(member)))
        return Original(article_id=first.article_id, reason=OriginalReason.CREDITED)
    if not own:
        return Original(article_id=ordered[0].article_id, reason=OriginalReason.UNSEEN, source=_unseen(ordered, mentions))
    if len(ordered) == 1:
        return Original(article_id=own[0].article_id, reason=OriginalReason.ONLY)
    if len(own) < len(ordered):
        return Original(article_id=own[0].article_id, reason=OriginalReason.UNCREDITED)
    dated = own[0].published_at is not None and own[0].published_at != own[1].published_at
    return Original(article_id=own[0].article_id, reason=OriginalReason.EARLIEST if dated else OriginalReason.ADDRESS)


def _age(member: Member) -> tuple[datetime, str, str]:
    return member.published_at or _NEVER, member.canonical_url, member.article_id


def _is_own(member: Member, by_url: Mapping[str, Member]) -> bool:
    """True for an article that credits nobody and points to nothing; pointing in a circle is pointing to nothing."""
    outside = any(url not in by_url for url in member.points_to)
    return not member.credited and not outside and _followed(member, by_url) == member.canonical_url


def _followed(member: Member, by_url: Mapping[str, Member]) -> str:
    """The canonical URL of the member where its pointers end; its own where they lead to none, or in a circle back to where they were."""
    seen = {member.canonical_url}
    at = member
    while onward := [url for url in sorted(at.points_to) if url in by_url]:
        if onward[0] in seen:
            return member.canonical_url
        seen.add(onward[0])
        at = by_url[onward[0]]
    return at.canonical_url


def _unseen(ordered: Sequence[Member], mentions: Counter[str]) -> str | None:
    """The publisher that most members credit, of those that published none of them if there are any; None where nobody is credited."""
    publishers = {member.publisher for member in ordered}
    outside = [name for name in mentions if name not in publishers] or list(mentions)
    return min(outside, key=lambda name: (-mentions[name], name), default=None)
