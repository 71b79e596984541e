"""The id by which an entry is known within its feed, from one poll to the next: pure.

A guid is the publisher's promise, and publishers break it: one guid for every item, or none. An id that several differing items share
is no id; then the link is, and where that is shared or missing too, link, date and title together, at last with the content.
An entry's id depends on the other items only through sharing: while a guid is used once it stays the id, whatever comes and goes
around it. What is known decides the rest (`recognised`): a guid that is another at every poll, or that gave way to the link, is seen
through by the link.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pipeline.canonical import canonical_url
from pipeline.records import Entry, IdentifiedEntry, KnownEntry

# What differs between two polls of an entry that nobody edited: counters, campaign parameters, cache-busting image addresses.
# The look at the first character spares trying all three at every letter: a third of the time.
_NOISE = re.compile(
    r"(?=[<?&;(\d])(?:"
    r"<img[^>]*(?:feedburner|/~r/|pixel|stats\.wordpress|feedsportal)[^>]*>"
    r"|[?&;](?:amp;)?(?:utm_\w+|replytocom|fbclid|_wpnonce|ver|cb|rand)=[^\s\"'&<>]*"
    r"|\(?\b\d+ (?:comments?|replies|views)\b\)?"
    r")",
    re.IGNORECASE,
)

_TAG = re.compile(r"<[^>]*>")


def identify(entries: Sequence[Entry]) -> tuple[IdentifiedEntry, ...]:
    """Each differing entry once, in document order, with its id and its hashes; exact repeats are dropped.

    For a worker where entries carry content: hashing takes the square of a hostile one's length.
    """
    hashed = ((entry, content_hash(entry)) for entry in entries)
    distinct = {_everything(entry, content): (entry, content) for entry, content in hashed}
    ids = _ids([entry for entry, _ in distinct.values()], list(distinct))
    found: dict[str, IdentifiedEntry] = {}
    for (entry, content), entry_id in zip(distinct.values(), ids, strict=True):
        if entry_id not in found:
            found[entry_id] = IdentifiedEntry(entry_id=entry_id, content_hash=content, told_hash=told_hash(entry), entry=entry)
    return tuple(found.values())


def link_key(entry: IdentifiedEntry) -> str | None:
    """The key under which an entry's link is looked up; None where it has none."""
    return _link(entry.entry)


def recognised(
    entries: Sequence[IdentifiedEntry], known: Mapping[str, KnownEntry], linked: Mapping[str, Sequence[KnownEntry]]
) -> tuple[IdentifiedEntry, ...]:
    """The entries, with the ids that they are known by where their own are strange but their links are not.

    `known`: by id; `linked`: what the warehouse has of the feed's entries by `link_key`, the oldest first. A strange id is a rotated
    one where the link is that of no other entry here, the known entry is not listed under its own id, and title or date are the same:
    a page that is announced again under another headline, another day, is another entry.
    """
    listed = {entry.entry_id for entry in entries}
    uses = Counter(link_key(entry) for entry in entries)
    found: list[IdentifiedEntry] = []
    for entry in entries:
        key = link_key(entry)
        if entry.entry_id not in known and key is not None and uses[key] == 1:
            same = next((old for old in linked.get(key, ()) if old.entry_id not in listed and _is_same(entry.entry, old)), None)
            if same is not None:
                listed.add(same.entry_id)
                found.append(replace(entry, entry_id=same.entry_id))
                continue
        found.append(entry)
    return tuple(found)


def _is_same(entry: Entry, known: KnownEntry) -> bool:
    by_title = entry.title is not None and entry.title == known.title
    by_date = entry.published_raw is not None and entry.published_raw == known.published_raw
    return by_title or by_date or (entry.title is None and known.title is None and entry.published_raw is None)


def content_hash(entry: Entry) -> str:
    """32 hex digits that change when an editor changes the entry, and not when a counter in it moves on."""
    parts = (entry.title, entry.link, entry.author, entry.published_raw, entry.content_html, entry.summary_html)
    return _hash(*(" ".join(_NOISE.sub("", part or "").split()) for part in parts))


def told_hash(entry: Entry) -> str:
    """32 hex digits that change only when the entry tells something else: another headline, another link, other words.

    Many a publisher saves all entries again with new dates, image addresses or markup: nothing that a reader would notice, and no
    reason to fetch fifty pages.
    """
    words = (" ".join(html.unescape(_TAG.sub(" ", part or "")).split()) for part in (entry.content_html, entry.summary_html))
    return _hash(entry.title or "", _link(entry) or "", *(_NOISE.sub("", part) for part in words))


def _ids(entries: Sequence[Entry], everything: Sequence[str]) -> list[str]:
    """The first of guid, link, link with date and title that no other entry has; else the hash of `everything`, which no other has."""
    candidates: tuple[Callable[[Entry], str | None], ...] = (_guid, _link, _link_date_title)
    ids: list[str | None] = [None] * len(entries)
    for candidate in candidates:
        open_places = [place for place, found in enumerate(ids) if found is None]
        offered = {place: candidate(entries[place]) for place in open_places}
        uses = Counter(offered.values())
        for place, value in offered.items():
            if value is not None and uses[value] == 1:
                ids[place] = value
    return [found or last for found, last in zip(ids, everything, strict=True)]


def _guid(entry: Entry) -> str | None:
    return entry.raw_id


def _link(entry: Entry) -> str | None:
    return canonical_url(entry.link) if entry.link else None


def _link_date_title(entry: Entry) -> str | None:
    return f"hash:{_hash(entry.link or '', entry.published_raw or '', entry.title or '')}"


def _everything(entry: Entry, content: str) -> str:
    return f"hash:{_hash(entry.raw_id or '', entry.link or '', content)}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
