"""A feed document of any format as a `ParsedFeed`: RSS, RDF and Atom by feedparser, JSON Feed by `pipeline.jsonfeed`.

Not being well-formed is no failure: what could be read is kept, with the complaint. Runs in a worker process, since a hostile document
may take long or much memory. feedparser is handed bytes only: it would open a str as a file or an address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import feedparser
from w3lib.encoding import http_content_type_encoding
from w3lib.html import remove_tags, replace_entities

from pipeline.canonical import url_is_http
from pipeline.dates import read_date
from pipeline.discovery import advertised_feeds, is_html
from pipeline.jsonfeed import is_json, parse_json_feed
from pipeline.records import Entry, Failure, ParsedFeed, PollingHints, Stage

# Where the root of a feed begins; what stands before it (PHP warnings, blank lines, a second byte order mark) is not XML.
_ROOT = re.compile(rb"<\?xml|<rss\b|<feed\b|<rdf:RDF\b|<\w+:(?:rss|feed)\b", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]")
_MAILBOX = re.compile(r"^\S+@\S+\s+\((.+)\)$")
_DECLARED = re.compile(rb"^(<\?xml[^>]*?encoding=[\"'])[\w.-]+([\"'])", re.IGNORECASE)
_SKIP = {name: re.compile(rf"<skip{name}s>(.*?)</skip{name}s>".encode(), re.IGNORECASE | re.DOTALL) for name in ("Hour", "Day")}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# The RSS 1.0 syndication module: updates a period, over updateFrequency.
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_HEAD_BYTES = 100_000


def parse_feed(body: bytes, *, url: str, content_type: str | None, now: datetime) -> ParsedFeed | Failure:
    """The feed in `body`, or why it is none. `url` is where it was found: relative links are relative to it (RFC 3986, 5.1.3)."""
    if not body.strip():
        return _failure("empty_body", f"{url} answered without a body")
    if is_json(body):
        return parse_json_feed(body, url=url, now=now)
    found = _feedparser(body, content_type)
    if not found.entries and (found.bozo or not found.version) and (mended := _mended(body)):
        found = _feedparser(mended, content_type)
    if found.version or found.entries:
        if not found.entries and found.bozo:
            return _failure("no_entries_readable", f"{url} breaks off or is broken before its first entry: {_complaint(found)}")
        return _parsed(found, body, url, now)
    if is_html(body):
        others = advertised_feeds(body, url)
        where = f"; it names {', '.join(others)}" if others else "; it names no feed"
        return _failure("not_a_feed", f"{url} is an HTML page{where}")
    return _failure("not_a_feed", f"{url} is neither RSS, Atom nor JSON Feed")


def _feedparser(body: bytes, content_type: str | None) -> Any:
    """feedparser without its sanitiser and its resolver of links inside content, which take 70% of its time: both are done later."""
    headers = {"content-type": content_type or "application/xml"}
    if _is_utf8_in_disguise(body, content_type):
        body = _DECLARED.sub(rb"\1utf-8\2", body)
        headers = {"content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _is_utf8_in_disguise(body: bytes, content_type: str | None) -> bool:
    """True for UTF-8 that is declared as something else: other text with such bytes is valid UTF-8 only by a one in a million chance."""
    declared = _DECLARED.search(body[:200])
    names = (declared[0] if declared else b"").decode("ascii", "replace"), http_content_type_encoding(content_type) or ""
    if all("utf" in name.lower() for name in names if name) or body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mended(body: bytes) -> bytes:
    root = _ROOT.search(body[:_HEAD_BYTES])
    return _CONTROL.sub(b"", body[root.start() :] if root else body)


def _parsed(found: Any, body: bytes, url: str, now: datetime) -> ParsedFeed:
    channel = found.feed
    return ParsedFeed(
        format=found.version or "unknown",
        title=plain_text(channel.get("title"), channel.get("title_detail")),
        site_url=absolute(channel.get("link"), url),
        language=channel.get("language") or None,
        entries=tuple(_entry(item, url, now) for item in found.entries),
        hints=_hints(channel, body[:_HEAD_BYTES], now),
        complaint=_complaint(found) if found.bozo else None,
        next_url=_rel(channel, "next", url),
        prev_archive_url=_rel(channel, "prev-archive", url),
    )


def _entry(item: Mapping[str, Any], url: str, now: datetime) -> Entry:
    link_raw = _link(item)
    # Dublin Core and Atom's updated stand in for a missing publication date: `updated` alone is what Atom 1.0 demands.
    published_raw = item.get("published") or item.get("created") or item.get("updated")
    published_at, quality = read_date(published_raw, now=now)
    content = _longest(item.get("content") or ())
    summary = _as_html(item.get("summary"), item.get("summary_detail"))
    source = item.get("source") or {}
    return Entry(
        raw_id=(item.get("id") or "").strip() or None,
        link=absolute(link_raw, url),
        link_raw=link_raw,
        title=plain_text(item.get("title"), item.get("title_detail")),
        author=_author(item),
        published_at=published_at,
        published_raw=published_raw or None,
        date_quality=quality,
        content_html=content,
        summary_html=None if summary == content else summary,
        image_url=absolute(_image(item), url),
        language=item.get("language") or next((part.get("language") for part in item.get("content") or () if part.get("language")), None),
        source_title=plain_text(source.get("title"), source.get("title_detail")),
        source_url=absolute(source.get("href") or source.get("link"), url),
        via_url=_rel(item, "via", url),
        dc_source=plain_text(item.get("dc_source")),
    )


def absolute(link: str | None, base: str) -> str | None:
    """`link` against `base`, if that makes an http address; None for mailto:, javascript:, and what is no address."""
    if not link:
        return None
    try:
        found = urljoin(base, link.strip())
    except ValueError:
        return None
    return found if url_is_http(found) else None


def plain_text(value: str | None, detail: Mapping[str, Any] | None = None) -> str | None:
    """A title as text: tags gone, entities read, white space folded; None where nothing is left."""
    if not value:
        return None
    if detail is None or "html" in (detail.get("type") or "") or "&" in value:
        value = replace_entities(remove_tags(value) if re.search(r"</?\w", value) else value)
    return " ".join(_UNPRINTABLE.sub("", value).split()) or None


def _link(item: Mapping[str, Any]) -> str | None:
    """The entry's page: FeedBurner's original before its counter, an HTML alternate before another, a permalink guid where no link is."""
    if original := item.get("feedburner_origlink"):
        return str(original).strip()
    alternates = [link for link in item.get("links") or () if link.get("rel", "alternate") == "alternate" and link.get("href")]
    pages = [link["href"] for link in alternates if "html" in (link.get("type") or "text/html")]
    found = next(iter(pages), None) or item.get("link") or (item.get("id") if item.get("guidislink") else None)
    return str(found).strip() or None if found else None


def _author(item: Mapping[str, Any]) -> str | None:
    if mailbox := _MAILBOX.match(item.get("author") or ""):  # RSS 2.0: `mail@gazette.example (Ada Quill)`
        return plain_text(mailbox[1])
    names = [detail.get("name") for detail in item.get("authors") or () if detail.get("name")]
    return plain_text(", ".join(dict.fromkeys(names))) or plain_text(item.get("author"))


def _longest(parts: Iterable[Mapping[str, Any]]) -> str | None:
    return max((made for part in parts if (made := _as_html(part.get("value"), part))), key=len, default=None)


def _as_html(value: str | None, detail: Mapping[str, Any] | None) -> str | None:
    """Content as HTML, whatever it was declared as; None where it is blank."""
    value = _UNPRINTABLE.sub("", value or "")
    if not value.strip():
        return None
    if (detail or {}).get("type") == "text/plain" and not re.search(r"</?(?:p|br|div|a|img|b|i|em|strong|span)\b", value, re.IGNORECASE):
        return "".join(f"<p>{html.escape(part)}</p>" for part in value.splitlines() if part.strip())
    return value


def _image(item: Mapping[str, Any]) -> str | None:
    media = [part for part in item.get("media_content") or () if part.get("medium") == "image" or "image" in (part.get("type") or "")]
    enclosures = [part for part in item.get("links") or () if part.get("rel") == "enclosure" and "image" in (part.get("type") or "")]
    candidates = [part.get("url") or part.get("href") for part in (*media, *(item.get("media_thumbnail") or ()), *enclosures)]
    return next((str(found) for found in (*candidates, (item.get("image") or {}).get("href")) if found), None)


def _hints(channel: Mapping[str, Any], head: bytes, now: datetime) -> PollingHints:
    ttl = _number(channel.get("ttl"))
    period = _PERIODS.get(str(channel.get("sy_updateperiod") or "").strip().lower())
    frequency = max(1, _number(channel.get("sy_updatefrequency")) or 1)
    hours = tuple(sorted({int(number) % 24 for number in _skipped("Hour", head) if number.isdecimal()}))
    days = tuple(sorted({_DAYS.index(name.lower()) for name in _skipped("Day", head) if name.lower() in _DAYS}))
    return PollingHints(
        ttl=timedelta(minutes=ttl) if ttl else None,
        update_interval=timedelta(hours=period) / frequency if period else None,
        update_base=read_date(channel.get("sy_updatebase"), now=now)[0],
        skip_hours=hours if len(hours) < 24 else (),
        skip_days=days if len(days) < 7 else (),
    )


def _skipped(name: str, head: bytes) -> list[str]:
    """feedparser keeps only the last of several `<hour>`."""
    found = _SKIP[name].search(head)
    return re.findall(r">\s*(\w+)\s*<", found[1].decode("ascii", "replace")) if found else []


def _number(value: object) -> int | None:
    text = str(value or "").strip()
    return min(int(text), 525_600) if text.isdecimal() and len(text) < 10 else None


def _rel(holder: Mapping[str, Any], rel: str, url: str) -> str | None:
    return next((absolute(link.get("href"), url) for link in holder.get("links") or () if link.get("rel") == rel), None)


def _complaint(found: Any) -> str:
    error = found.get("bozo_exception")
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def _failure(reason: str, detail: str) -> Failure:
    return Failure(stage=Stage.PARSE, reason=reason, detail=detail, is_transient=True)
