"""Sites with a long past, for the tests and the benchmark of backfill: the same articles behind each way, and the faults of real servers.

Every 97th page is gone, a page and a list in the middle answer 429 once, dates are out of order, the last page of a feed repeats.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from loopback import Loopback, Reply, Request

FEED = "http://annals.example/feed/"
WAYBACK = "http://wayback.example"
FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEP = timedelta(hours=6)
PER_LIST = 50


@dataclass
class Annals:
    """A site of `count` articles, `STEP` apart, newest first; those of `gone` have no page."""

    loopback: Loopback
    count: int
    retry_after: str = "1"
    refused: Counter[str] = field(default_factory=Counter)

    def url(self, number: int) -> str:
        return f"http://annals.example/{self.at(number):%Y/%m}/entry-{number}"

    def at(self, number: int) -> datetime:
        return FIRST - number * STEP

    def is_gone(self, number: int) -> bool:
        return number % 97 == 13

    def between(self, since: datetime, until: datetime) -> set[str]:
        """The addresses of the articles in a range that can be had."""
        return {self.url(n) for n in range(self.count) if since <= self.at(n) < until and not self.is_gone(n)}

    def page(self, number: int) -> Reply:
        if self.is_gone(number):
            return Reply(b"gone", status=404, validators=False)
        lines = "".join(
            f"<p>Entry {number}, line {line}: on this day the ferry left with {number} crates and came home in the rain, as the log has it.</p>"
            for line in range(4)
        )
        head = f"<meta property='article:published_time' content='{self.at(number).isoformat()}'>"
        return Reply(f"<html lang='en'><head>{head}</head><body><article>{lines}</article></body></html>".encode())

    def busy(self, url: str, reply: Reply) -> Callable[[Request], Reply]:
        """A route that answers 429 at first."""

        def answer(_: Request) -> Reply:
            self.refused[url] += 1
            if self.refused[url] == 1:
                return Reply(status=429, headers={"Retry-After": self.retry_after}, validators=False)
            return reply

        return answer

    def publish(self) -> None:
        for number in range(self.count):
            self.loopback.routes[self.url(number)] = self.page(number)
        middle = self.count // 2 + 1
        self.loopback.routes[self.url(middle)] = self.busy(self.url(middle), self.page(middle))

    def items(self, start: int) -> str:
        """A list of entries; the first of each list stands at the end of it, so that dates are out of order."""
        numbers = [*range(start + 1, min(start + PER_LIST, self.count)), start]
        return "".join(
            f"<item><title>Entry {n}</title><link>{self.url(n)}</link><guid>{n}</guid><pubDate>{format_datetime(self.at(n))}</pubDate></item>"
            for n in numbers
        )

    def document(self, start: int, head: str = "") -> Reply:
        return Reply(
            f"<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Annals</title><link>http://annals.example/</link>{head}{self.items(start)}</channel></rss>".encode()
        )


def paged(annals: Annals) -> None:
    """WordPress; behind the last page comes the last page, for ever."""
    annals.publish()
    last = (annals.count - 1) // PER_LIST
    for number in range(last + 3):
        url = FEED if number == 0 else f"{FEED}?paged={number + 1}"
        annals.loopback.routes[url] = annals.document(min(number, last) * PER_LIST)
    busy = f"{FEED}?paged={last // 2 + 1}"
    annals.loopback.routes[busy] = annals.busy(busy, annals.document(last // 2 * PER_LIST))


def archive(annals: Annals) -> None:
    """RFC 5005; the last document names itself as older."""
    annals.publish()
    for start in range(0, annals.count, PER_LIST):
        older = min(start + PER_LIST, (annals.count - 1) // PER_LIST * PER_LIST)
        head = f"<atom:link rel='prev-archive' href='/archive/{older}'/>"
        url = FEED if start == 0 else f"http://annals.example/archive/{start}"
        reply = annals.document(start, head)
        annals.loopback.routes[url] = annals.busy(url, reply) if start == annals.count // PER_LIST // 2 * PER_LIST else reply


def sitemap(annals: Annals) -> None:
    """robots.txt names an index, gzipped, of a sitemap a month; one of them is gone, one is news, and what changed late is listed early."""
    annals.publish()
    annals.loopback.routes[FEED] = annals.document(0)
    annals.loopback.routes["http://annals.example/robots.txt"] = Reply(b"User-agent: *\nAllow: /\nSitemap: /sitemaps.xml.gz\n")
    months: dict[str, list[int]] = {}
    for number in range(annals.count):
        months.setdefault(f"{annals.at(number):%Y-%m}", []).append(number)
    names = []
    for place, (month, numbers) in enumerate(months.items()):
        url = f"http://annals.example/sitemap-{month}.xml"
        lastmod = annals.at(numbers[0])
        names.append(f"<sitemap><loc>{url}</loc><lastmod>{lastmod.isoformat()}</lastmod></sitemap>")
        reply = Reply(_urlset(annals, [*numbers[1:], numbers[0]], is_news=place == 0), content_type="application/xml")
        annals.loopback.routes[url] = annals.busy(url, reply) if place == len(months) // 2 else reply
    names.append("<sitemap><loc>http://annals.example/sitemap-gone.xml</loc></sitemap>")
    index = f"<?xml version='1.0'?><sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{''.join(names)}</sitemapindex>"
    annals.loopback.routes["http://annals.example/sitemaps.xml.gz"] = Reply(gzip.compress(index.encode()), content_type="application/gzip")


def _urlset(annals: Annals, numbers: list[int], *, is_news: bool) -> bytes:
    def news(number: int) -> str:
        date = annals.at(number).isoformat()
        return f"<news:news><news:publication_date>{date}</news:publication_date><news:title>Entry {number}</news:title></news:news>"

    rows = "".join(
        f"<url><loc>{annals.url(n)}</loc><lastmod>{(annals.at(n) + 3 * STEP).isoformat()}</lastmod>{news(n) if is_news else ''}</url>"
        for n in numbers
    )
    spaces = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    return f"<?xml version='1.0'?><urlset {spaces}>{rows}</urlset>".encode()


def wayback(annals: Annals) -> None:
    """The site is gone; the Wayback Machine has two captures of its feed (one twice) and its pages, in lists of 500."""
    captures = []
    for number in range(annals.count):
        stamp = f"{annals.at(number) + timedelta(hours=1):%Y%m%d%H%M%S}"
        page = annals.page(number)
        digest = hashlib.sha1(page.body).hexdigest() if page.status == 200 else f"gone{number}"
        captures.append([stamp, annals.url(number).replace(".example/", ".example:80/"), digest])
        address = f"{WAYBACK}/web/{stamp}id_/{annals.url(number)}"
        annals.loopback.routes[address] = annals.busy(address, page) if number == annals.count // 2 + 1 else page
    starts = {f"{annals.at(0) + STEP:%Y%m%d%H%M%S}": 0, f"{annals.at(PER_LIST) + STEP:%Y%m%d%H%M%S}": PER_LIST}
    for stamp, start in starts.items():
        annals.loopback.routes[f"{WAYBACK}/web/{stamp}id_/{FEED}"] = annals.document(start)
        for number in range(start, min(start + PER_LIST, annals.count)):  # the page nearest to the capture of the feed
            own = f"/web/{annals.at(number) + timedelta(hours=1):%Y%m%d%H%M%S}id_/{annals.url(number)}"
            annals.loopback.routes[f"{WAYBACK}/web/{stamp}id_/{annals.url(number)}"] = Reply(
                status=302, headers={"Location": own}, validators=False
            )

    def index(request: Request) -> Reply:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        if asked["url"] == FEED:
            rows = [[stamp, FEED, f"feed{start}"] for stamp, start in starts.items()]
            rows = [rows[0], [rows[0][0][:-1] + "9", FEED, rows[0][2]], *rows[1:]]
        else:
            rows = captures
        rows = [row for row in rows if row[0] >= asked.get("from", "")]
        start = int(asked.get("resumeKey", "0"))
        shown = rows[start : start + min(500, int(asked["limit"]))]
        more = [[], [str(start + 500)]] if start + 500 < len(rows) and int(asked["limit"]) > 1 else []
        return Reply(json.dumps([["timestamp", "original", "digest"], *shown, *more]).encode(), content_type="application/json")

    annals.loopback.prefixes[f"{WAYBACK}/cdx/"] = index


WAYS = {"paged": paged, "archive": archive, "sitemap": sitemap, "wayback": wayback}


def feeds_toml(loopback: Loopback, settings: str = "") -> str:
    return (
        f'[settings]\nproxy = "{loopback.url}"\nhost_delay = 0\nhost_concurrency = 4\ntimeout = 5\nwayback = "{WAYBACK}"\n{settings}\n'
        f'[[feeds]]\nname = "annals"\nurl = "{FEED}"\n'
    )
