"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/) as a `ParsedFeed`.

Publishers put numbers where strings belong and null where lists do: what has a wrong type is taken as absent, or as its text.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from pipeline.canonical import url_is_http
from pipeline.dates import read_date
from pipeline.records import Entry, Failure, ParsedFeed, Stage

_BOM = b"\xef\xbb\xbf"


def is_json(body: bytes) -> bool:
    """True if the body can only be JSON: servers call such feeds anything from text/html to application/octet-stream."""
    return body.removeprefix(_BOM).lstrip()[:1] == b"{"


def parse_json_feed(body: bytes, *, url: str, now: datetime) -> ParsedFeed | Failure:
    """The feed in `body`, or why it is none."""
    try:
        document = json.loads(body.removeprefix(_BOM).decode("utf-8", errors="replace"))
    except (ValueError, RecursionError) as error:
        return _failure("no_entries_readable", f"{url} breaks off or is broken: {error}")
    version = _text(document.get("version")) or ""
    items = document.get("items")
    if "jsonfeed.org" not in version and not isinstance(items, list):
        return _failure("not_a_feed", f"{url} is JSON, but no JSON Feed")
    entries = tuple(_entry(item, document, url, now) for item in _list(items) if isinstance(item, dict))
    return ParsedFeed(
        format="json11" if version.rstrip("/").endswith("1.1") else "json10",
        title=_folded(document.get("title")),
        site_url=_absolute(document.get("home_page_url"), url),
        language=_text(document.get("language")),
        entries=entries,
        next_url=_absolute(document.get("next_url"), url),
    )


def _entry(item: Mapping[str, Any], document: Mapping[str, Any], url: str, now: datetime) -> Entry:
    link_raw = _text(item.get("url")) or _text(item.get("external_url"))
    published_raw = _text(item.get("date_published")) or _text(item.get("date_modified"))
    published_at, quality = read_date(published_raw, now=now)
    content = _text(item.get("content_html")) or _paragraphs(_text(item.get("content_text")))
    summary = _paragraphs(_text(item.get("summary")))
    raw_id = _text(item.get("id"))
    return Entry(
        raw_id=raw_id,
        link=_absolute(link_raw, url) or (raw_id if raw_id and url_is_http(raw_id) else None),
        link_raw=link_raw,
        title=_folded(item.get("title")),
        author=_author(item) or _author(document),
        published_at=published_at,
        published_raw=published_raw,
        date_quality=quality,
        content_html=content,
        summary_html=None if summary == content else summary,
        image_url=_absolute(item.get("image"), url) or _absolute(item.get("banner_image"), url),
        language=_text(item.get("language")),
    )


def _author(holder: Mapping[str, Any]) -> str | None:
    """1.1 has `authors`, 1.0 `author`."""
    people = [*_list(holder.get("authors")), holder.get("author")]
    names = [_folded(person.get("name")) for person in people if isinstance(person, dict)]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _paragraphs(text: str | None) -> str | None:
    """Plain text as HTML."""
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip()) if text else None


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value).strip() or None


def _folded(value: object) -> str | None:
    return " ".join(html.unescape(_text(value) or "").split()) or None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _absolute(value: object, base: str) -> str | None:
    text = _text(value)
    try:
        found = urljoin(base, text) if text else None
    except ValueError:
        return None
    return found if url_is_http(found) else None


def _failure(reason: str, detail: str) -> Failure:
    return Failure(stage=Stage.PARSE, reason=reason, detail=" ".join(detail.split()), is_transient=True)
