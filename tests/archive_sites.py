"""Sites with a long past, one for each way to it: their documents are made when they are asked for, and what was answered is counted.

Article n of `articles` came out n times six hours before `NEWEST`. Each site has its faults: a list and an article that are refused once with
Retry-After, an article that is gone, entries out of order, a last page that comes again, a list that names an article of another list.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from loopback import Loopback, Reply, Request

HOST = "http://past.example"
FEED = f"{HOST}/feed/"
WAYBACK = "http://wayback.example"
NEWEST = datetime(2026, 3, 1, tzinfo=UTC)
APART = timedelta(hours=6)
PER_LIST = 50
PER_SITEMAP = 200
_SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "zu")
_SITEMAP = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"


def at(number: int) -> datetime:
    """When an article came out."""
    return NEWEST - number * APART


def address(number: int) -> str:
    """Every other article has its day in its address."""
    return f"{HOST}/{at(number):%Y/%m/%d}/{number}" if number % 2 else f"{HOST}/story/{number}"


def article(number: int) -> Reply:
    """Two paragraphs like no other article's, and the date as pages give it."""
    dice = random.Random(number)
    words = ["".join(dice.choices(_SYLLABLES, k=3)) for _ in range(60)]
    text = f"<p>{' '.join(words[:30])}.</p><p>{' '.join(words[30:])}.</p>"
    dated = f"<meta property='article:published_time' content='{at(number).isoformat()}'>"
    return Reply(
        f"<html lang='en'><head><title>{words[0]} {number}</title>{dated}</head><body><article>{text}</article></body></html>".encode()
    )


def refusal(seconds: int) -> Reply:
    return Reply(status=429, headers={"Retry-After": str(seconds)}, validators=False)


@dataclass
class PastSite:
    """`lists` answers for all that is no article; `refused`: seconds by address, or an article's number. `on_ask` says of each article whether anybody waits for it."""

    articles: int
    lists: Callable[[PastSite, str], Reply | None]
    refused: dict[str | int, int] = field(default_factory=dict)
    gone: int = 7
    on_ask: Callable[[int], bool] = lambda _: True
    answered: Counter[str] = field(default_factory=Counter)

    def serve(self, loopback: Loopback) -> None:
        loopback.prefixes |= {HOST: self.answer, WAYBACK: self.answer}

    def answer(self, request: Request) -> Reply:
        """A refusal counts as no answer: who is refused is to ask again."""
        number = number_of(request.url)
        if (asked := request.url if number is None else number) in self.refused:
            return refusal(self.refused.pop(asked))
        self.answered[request.url] += number is None or self.on_ask(number)
        if number is not None:
            return Reply(status=410, validators=False) if number == self.gone else article(number)
        return self.lists(self, request.url) or Reply(status=404, validators=False)


def number_of(url: str) -> int | None:
    """The number of an article, at home or in the Wayback Machine."""
    found = re.fullmatch(rf"(?:{WAYBACK}/web/\d{{14}}id_/)?{HOST}/(?:story|\d{{4}}/\d\d/\d\d)/(\d+)", url)
    return int(found[1]) if found else None


def entries(numbers: range, head: str = "") -> Reply:
    """A feed of articles; within it their order is anyone's guess."""
    shuffled = random.Random(len(numbers)).sample(numbers, len(numbers))
    items = "".join(
        f"<item><title>Article {n}</title><link>{address(n)}</link><guid>past-{n}</guid><pubDate>{format_datetime(at(n))}</pubDate></item>"
        for n in shuffled
    )
    return Reply(
        f"<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Past</title>{head}{items}</channel></rss>".encode(),
        content_type="application/rss+xml",
    )


def _list_of(site: PastSite, number: int) -> range:
    """The articles of a list: `PER_LIST`, and the last of the list before, as when an article comes out between two requests."""
    return range(max(0, (number - 1) * PER_LIST - 1), min(number * PER_LIST, site.articles))


def paged(site: PastSite, url: str) -> Reply | None:
    """WordPress: `?paged=N`; behind the last page it comes again."""
    if not url.startswith(FEED):
        return None
    number = int(parse_qs(urlsplit(url).query).get("paged", ["1"])[0])
    return entries(_list_of(site, min(number, -(-site.articles // PER_LIST))))


def linked(relation: str) -> Callable[[PastSite, str], Reply | None]:
    """RFC 5005: each document names the one before it; the last names itself."""

    def answer(site: PastSite, url: str) -> Reply | None:
        found = re.fullmatch(rf"{FEED}(?:older/(\d+))?", url)
        if not found:
            return None
        number, last = int(found[1] or 1), -(-site.articles // PER_LIST)
        return entries(_list_of(site, number), f"<atom:link rel='{relation}' href='{FEED}older/{min(number + 1, last)}'/>")

    return answer


def sitemaps(site: PastSite, url: str) -> Reply | None:
    """An index that robots.txt names, of gzipped sitemaps; one of them is gone."""
    count = -(-site.articles // PER_SITEMAP)
    if url == f"{HOST}/robots.txt":
        return Reply(f"User-agent: *\nAllow: /\nSitemap: {HOST}/sitemaps.xml\n".encode(), content_type="text/plain")
    if url == f"{HOST}/sitemaps.xml":
        children = "".join(
            f"<sitemap><loc>{HOST}/sitemap-{n}.xml.gz</loc><lastmod>{at(n * PER_SITEMAP).isoformat()}</lastmod></sitemap>"
            for n in range(count + 1)
        )
        return Reply(f"<sitemapindex {_SITEMAP}>{children}</sitemapindex>".encode(), content_type="application/xml")
    found = re.fullmatch(rf"{HOST}/sitemap-(\d+)\.xml\.gz", url)
    if found and int(found[1]) < count:
        first = int(found[1]) * PER_SITEMAP
        numbers = range(max(0, first - 1), min(first + PER_SITEMAP, site.articles))
        pages = "".join(f"<url><loc>{address(n)}</loc></url>" for n in random.Random(first).sample(numbers, len(numbers)))
        return Reply(gzip.compress(f"<urlset {_SITEMAP}>{pages}</urlset>".encode()), content_type="application/gzip")
    return entries(range(5)) if url == FEED else None


def wayback(site: PastSite, url: str) -> Reply | None:
    """The index of the Wayback Machine, 500 captures an answer, and three captures of the feed."""
    if url == FEED:
        return entries(range(5))
    captures_of_feed = {f"{at(n):%Y%m%d%H%M%S}": n for n in (300, 200, 100) if n < site.articles}
    if found := re.fullmatch(rf"{WAYBACK}/web/(\d{{14}})id_/{FEED}", url):
        first = captures_of_feed[found[1]]
        return entries(range(first, min(first + 20, site.articles)))
    if not url.startswith(f"{WAYBACK}/cdx/"):
        return None
    asked = parse_qs(urlsplit(url).query)
    rows = [["timestamp", "original", "digest"]]
    if asked["url"] == [FEED]:
        rows += [[stamp, FEED, f"feed{n}"] for stamp, n in captures_of_feed.items()]
        return Reply(json.dumps(rows).encode(), content_type="application/json")
    first = int(asked.get("resumeKey", ["0"])[0])
    for n in range(first, min(first + 500, site.articles)):
        captured = at(n) + timedelta(days=n % 30)
        rows.append([f"{captured:%Y%m%d%H%M%S}", address(n).replace("example/", "example:80/"), f"page{n}"])
    if first + 500 < site.articles:
        rows += [[], [str(first + 500)]]
    return Reply(json.dumps(rows).encode(), content_type="application/json")
