"""The id by which an entry is known within its feed, from one poll to the next: pure.

A guid is the publisher's promise, and publishers break it: one guid for every item, or none. An id that several differing items share
is no id; then the link is, and where that is shared or missing too, link, date and title together, at last with the content.
An entry's id depends on the other items only through sharing: while a guid is used once it stays the id, whatever comes and goes
around it. (Where a second item takes over the guid of a first, both change to their links: the first is then seen as new once.)
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence

from pipeline.canonical import canonical_url
from pipeline.records import Entry, IdentifiedEntry

# What differs between two polls of an entry that nobody edited: counters, campaign parameters, cache-busting image addresses.
_NOISE = re.compile(
    r"<img[^>]*(?:feedburner|/~r/|pixel|stats\.wordpress|feedsportal)[^>]*>"
    r"|[?&;](?:amp;)?(?:utm_\w+|replytocom|fbclid|_wpnonce|ver|cb|rand)=[^\s\"'&<>]*"
    r"|\(?\b\d+ (?:comments?|replies|views)\b\)?",
    re.IGNORECASE,
)


def identify(entries: Sequence[Entry]) -> tuple[IdentifiedEntry, ...]:
    """Each differing entry once, in document order, with its id and the hash of its content; exact repeats are dropped."""
    distinct = list({_everything(entry): entry for entry in entries}.values())
    ids = _ids(distinct)
    found: dict[str, IdentifiedEntry] = {}
    for entry, entry_id in zip(distinct, ids, strict=True):
        found.setdefault(entry_id, IdentifiedEntry(entry_id=entry_id, content_hash=content_hash(entry), entry=entry))
    return tuple(found.values())


def content_hash(entry: Entry) -> str:
    """32 hex digits that change when an editor changes the entry, and not when a counter in it moves on."""
    parts = (entry.title, entry.link, entry.author, entry.published_raw, entry.content_html, entry.summary_html)
    return _hash(*(" ".join(_NOISE.sub("", part or "").split()) for part in parts))


def _ids(entries: Sequence[Entry]) -> list[str]:
    """The first of these that no other entry has."""
    candidates: tuple[Callable[[Entry], str | None], ...] = (_guid, _link, _link_date_title, _everything)
    ids: list[str | None] = [None] * len(entries)
    for candidate in candidates:
        open_places = [place for place, found in enumerate(ids) if found is None]
        offered = {place: candidate(entries[place]) for place in open_places}
        uses = Counter(offered.values())
        for place, value in offered.items():
            if value is not None and uses[value] == 1:
                ids[place] = value
    return [found or _everything(entry) for found, entry in zip(ids, entries, strict=True)]


def _guid(entry: Entry) -> str | None:
    return entry.raw_id


def _link(entry: Entry) -> str | None:
    return canonical_url(entry.link) if entry.link else None


def _link_date_title(entry: Entry) -> str | None:
    return f"hash:{_hash(entry.link or '', entry.published_raw or '', entry.title or '')}"


def _everything(entry: Entry) -> str:
    return f"hash:{_hash(entry.raw_id or '', entry.link or '', content_hash(entry))}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
