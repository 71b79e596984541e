"""When a page says that it was published: the day that htmldate finds, with the time of day where the page declares one. Pure.

htmldate weighs what a page says in markup, address and text, and tells a day. The time is taken from the first declaration (Open Graph,
schema.org in attributes or JSON-LD, Dublin Core) that is about the same day, zones aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from lxml import html as lxml_html

from pipeline.records import DateQuality

_META = (
    "//meta[@property='article:published_time' or @property='og:published_time' or @itemprop='datePublished' or @name='parsely-pub-date'"
    " or @name='DC.date.issued' or @name='dcterms.created']/@content | //time[@itemprop='datePublished' or @pubdate]/@datetime"
)
_JSON_LD = re.compile(r'"datePublished"\s*:\s*"([^"]{16,40})"')
_A_DAY = timedelta(days=1)


def published_on_page(tree: lxml_html.HtmlElement, day: str | None) -> tuple[datetime | None, DateQuality]:
    """The time in UTC and how far it can be trusted. `day` is htmldate's (ISO); without it nothing is believed."""
    try:
        found = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    except ValueError:
        found = None
    if found is None:
        return None, DateQuality.MISSING
    for raw in _declared(tree):
        moment = _moment(raw)
        if moment is not None and abs(moment.replace(tzinfo=UTC) - found) < 2 * _A_DAY:
            quality = DateQuality.ASSUMED_UTC if moment.tzinfo is None else DateQuality.EXACT
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC), quality
    return found, DateQuality.ASSUMED_UTC


def _declared(tree: lxml_html.HtmlElement) -> Iterator[str]:
    yield from map(str, tree.xpath(_META))
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        yield from _JSON_LD.findall(script)


def _moment(raw: str) -> datetime | None:
    """A declared time; None for a day alone, and for what is not ISO 8601."""
    try:
        return datetime.fromisoformat(raw.strip()) if ":" in raw else None
    except ValueError:
        return None
