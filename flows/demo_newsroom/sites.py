"""Six sites, each with its own way of publishing: what every address of them answers.

harbour-ledger.example    the original publisher: RSS 2.0 with full content, and its pages
valley-repost.example     a WordPress blog that reposts it whole, with a `via … News …` line and a comment form; one post of its own
night-market.example      another, with an older theme
slow-almanac.example      Atom with summaries only: the text is on its pages
commons-post.example      JSON Feed; one item has no page, one links to the harbour-ledger with tracking parameters
broken-press.example      RSS that breaks off after its first item, and a feed address that is an HTML page
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from importlib.resources import files

LEDGER, VALLEY, MARKET = "harbour-ledger.example", "valley-repost.example", "night-market.example"
ALMANAC, COMMONS, BROKEN = "slow-almanac.example", "commons-post.example", "broken-press.example"

# What the two blogs repost, and how long after the original.
_REPOSTS = {
    VALLEY: {"dredger": timedelta(minutes=35), "tram": timedelta(hours=2, minutes=5), "ferry": timedelta(minutes=50)},
    MARKET: {"dredger": timedelta(hours=6), "ferry": timedelta(hours=3, minutes=20), "glass": timedelta(hours=4)},
}
_PAPERS = {LEDGER: "Harbour Ledger News", ALMANAC: "Slow Almanac Magazine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One article as one site has it: the original's text under this site's address and time."""

    slug: str
    host: str
    title: str
    author: str
    paragraphs: tuple[str, ...]
    published: datetime
    source: str | None = None

    @property
    def url(self) -> str:
        """Its page."""
        return f"http://{self.host}/{self.published:%Y/%m}/{self.slug}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address answers."""

    content_type: str
    body: bytes


def newsroom_feeds() -> dict[str, str]:
    """The addresses of the feeds, by name."""
    return {
        "harbour-ledger": f"http://{LEDGER}/feed/",
        "valley-repost": f"http://{VALLEY}/feed/",
        "night-market": f"http://{MARKET}/?feed=rss2",
        "slow-almanac": f"http://{ALMANAC}/atom.xml",
        "commons-post": f"http://{COMMONS}/feed.json",
        "broken-press": f"http://{BROKEN}/rss.xml",
        "broken-press-page": f"http://{BROKEN}/",
    }


def newsroom_answers() -> dict[str, Answer]:
    """Every address of the newsroom."""
    pieces = _pieces()
    by_host = {host: [piece for piece in pieces if piece.host == host] for host in (LEDGER, VALLEY, MARKET, ALMANAC, COMMONS)}
    feeds = newsroom_feeds()
    answers = {
        feeds["harbour-ledger"]: _rss("Harbour Ledger", LEDGER, by_host[LEDGER], full=True),
        feeds["valley-repost"]: _rss("Valley Repost", VALLEY, by_host[VALLEY], full=False),
        feeds["night-market"]: _rss("Night Market", MARKET, by_host[MARKET], full=False),
        feeds["slow-almanac"]: _atom("Slow Almanac", by_host[ALMANAC]),
        feeds["commons-post"]: _json_feed(by_host[COMMONS], shared=next(piece for piece in by_host[LEDGER] if piece.slug == "tram")),
        feeds["broken-press"]: _broken_rss(),
        feeds["broken-press-page"]: _html(_page("Broken Press", "<p>Our feed has moved. We forgot where.</p>")),
    }
    themes = {LEDGER: _ledger_page, VALLEY: _block_theme_page, MARKET: _classic_theme_page, ALMANAC: _almanac_page, COMMONS: _almanac_page}
    answers |= {piece.url: _html(themes[piece.host](piece)) for piece in pieces if piece.slug != "note"}
    return answers


def _pieces() -> list[Piece]:
    articles = tomllib.loads(files(__package__).joinpath("articles.toml").read_text(encoding="utf-8"))
    originals = [
        Piece(
            slug=slug,
            host=article["site"],
            title=article["title"],
            author=article["author"],
            paragraphs=tuple(article["text"].strip().splitlines()),
            published=article["published"],
        )
        for slug, article in articles.items()
    ]
    by_slug = {piece.slug: piece for piece in originals}
    reposts = [
        Piece(
            slug=slug,
            host=host,
            title=by_slug[slug].title,
            author="admin",
            paragraphs=by_slug[slug].paragraphs,
            published=by_slug[slug].published + lag,
            source=f"{_PAPERS[by_slug[slug].host]} {by_slug[slug].author}",
        )
        for host, lags in _REPOSTS.items()
        for slug, lag in lags.items()
    ]
    return sorted((*originals, *reposts), key=lambda piece: piece.published, reverse=True)


def _html(page: str) -> Answer:
    return Answer(content_type="text/html; charset=utf-8", body=page.encode())


def _body(piece: Piece) -> str:
    return "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in piece.paragraphs)


def _rss(title: str, host: str, pieces: list[Piece], *, full: bool) -> Answer:
    items = "".join(
        f"<item><title>{escape(piece.title)}</title><link>{piece.url}</link><guid isPermaLink='true'>{piece.url}</guid>"
        f"<dc:creator>{escape(piece.author)}</dc:creator><pubDate>{format_datetime(piece.published)}</pubDate>"
        f"<description>{escape(piece.paragraphs[0][:180])} […]</description>"
        + (f"<content:encoded><![CDATA[{_body(piece)}]]></content:encoded>" if full else "")
        + "</item>"
        for piece in pieces
    )
    xml = (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>"
        f"<channel><title>{title}</title><link>http://{host}/</link><description>{title}</description><language>en</language>"
        f"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>{items}</channel></rss>"
    )
    return Answer(content_type="application/rss+xml; charset=UTF-8", body=xml.encode())


def _atom(title: str, pieces: list[Piece]) -> Answer:
    entries = "".join(
        f"<entry><title>{escape(piece.title)}</title><link rel='alternate' href='{piece.url}'/><id>tag:{piece.host},2026:{piece.slug}</id>"
        f"<published>{piece.published.isoformat()}</published><updated>{piece.published.isoformat()}</updated>"
        f"<author><name>{escape(piece.author)}</name></author><summary>{escape(piece.paragraphs[0])}</summary></entry>"
        for piece in pieces
    )
    xml = (
        "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'>"
        f"<title>{title}</title><id>tag:{pieces[0].host},2026:feed</id><updated>{pieces[0].published.isoformat()}</updated>{entries}</feed>"
    )
    return Answer(content_type="application/atom+xml", body=xml.encode())


def _json_feed(pieces: list[Piece], *, shared: Piece) -> Answer:
    items = [
        {
            "id": piece.slug,
            "url": piece.url,
            "title": piece.title,
            "date_published": piece.published.isoformat(),
            "authors": [{"name": piece.author}],
            "content_html": _body(piece),
        }
        for piece in pieces
    ]
    linked = f"{shared.url}?utm_source=commons-post&utm_medium=feed"
    items.append({"id": "seen-elsewhere", "url": linked, "title": shared.title, "date_published": shared.published.isoformat()})
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Commons Post",
        "home_page_url": f"http://{COMMONS}/",
        "language": "en",
        "items": items,
    }
    return Answer(content_type="application/feed+json", body=json.dumps(feed, ensure_ascii=False).encode())


def _broken_rss() -> Answer:
    """What a server sends that was stopped in the middle of it."""
    xml = (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>Broken Press</title>"
        f"<link>http://{BROKEN}/</link><description>Broken Press</description>"
        f"<item><title>We are having trouble with our printer</title><link>http://{BROKEN}/printer</link>"
        "<description>The last page of every issue has been missing since Friday. We are looking into it, and will say more on the last page."
        "</description><pubDate>Tue, 03 Mar 2026 12:00:00 GMT</pubDate></item><item><title>How we mended the pri"
    )
    return Answer(content_type="application/rss+xml", body=xml.encode())


def _page(title: str, body: str, *, head: str = "") -> str:
    return f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>\n<body>{body}</body></html>'


def _ledger_page(piece: Piece) -> str:
    return _page(
        f"{piece.title} - Harbour Ledger",
        f"""<header><nav><a href="/">Harbour Ledger</a> <a href="/port/">Port</a> <a href="/town/">Town</a> <a href="/letters/">Letters</a></nav></header>
<main><article><h1>{escape(piece.title)}</h1><p class="byline">By {piece.author}</p>
{_body(piece)}
</article></main>
<footer><p>Harbour Ledger, Pier Street 4, Port Ansel. <a href="/imprint/">Imprint</a></p></footer>""",
        head=f'<link rel="canonical" href="{piece.url}"><meta name="author" content="{piece.author}">',
    )


def _almanac_page(piece: Piece) -> str:
    return _page(
        piece.title,
        f"""<div id="top"><a href="/">{piece.host}</a></div>
<main><article><header><h1>{escape(piece.title)}</h1></header>
{_body(piece)}
</article></main><footer>Made slowly.</footer>""",
        head=f'<meta name="author" content="{piece.author}">',
    )


def _block_theme_page(piece: Piece) -> str:
    """A WordPress block theme, with the comment form inside the content, as page builders put it."""
    return _page(
        f"{piece.title} – Valley Repost",
        f"""<div class="wp-site-blocks"><header class="wp-block-template-part"><p class="wp-block-site-title"><a href="/">Valley Repost</a></p></header>
<main class="wp-block-group"><h1 class="wp-block-post-title">{escape(piece.title)}</h1>
<div class="entry-content wp-block-post-content">
{_body(piece)}
{f"<p>via {piece.source}</p>" if piece.source else ""}
<p>Share this:</p>
<p>Click to share on Facebook (Opens in new window)</p>
<h3>Leave a Reply</h3>
<p>Your email address will not be published. Required fields are marked *</p>
<p>Comment *</p><p>Name *</p><p>Email *</p><p>Website</p>
<p>Save my name, email, and website in this browser for the next time I comment.</p>
<p>Post Comment</p>
</div></main></div>""",
        head=f'<link rel="canonical" href="{piece.url}"><meta name="generator" content="WordPress 6.8">',
    )


def _classic_theme_page(piece: Piece) -> str:
    """A WordPress theme of 2011: sidebar, related posts, a form with the id that readers of the code expect."""
    return _page(
        f"Night Market » {piece.title}",
        f"""<div id="page"><div id="header"><h1><a href="/">Night Market</a></h1></div>
<div id="content" class="narrowcolumn"><div class="post hentry"><h2>{escape(piece.title)}</h2>
<small>{piece.published:%B %d, %Y} by admin</small>
<div class="entry">
{_body(piece)}
{f"<p>via {piece.source}</p>" if piece.source else ""}
<p>Related Posts</p>
<ul><li><a href="/1">Ten lamps for a dark stair</a></li><li><a href="/2">Where the good onions went</a></li></ul>
</div></div>
<div id="respond"><h3>Leave a Reply</h3><form action="/wp-comments-post.php" method="post">
<p>Your email address will not be published. Required fields are marked *</p>
<p><input name="author"><label>Name (required)</label></p><p><textarea name="comment"></textarea></p><p><input type="submit" value="Submit Comment"></p>
</form></div></div>
<div id="sidebar"><h2>Archives</h2><ul><li><a href="/2026/02/">February 2026</a></li></ul></div></div>""",
        head='<meta name="generator" content="WordPress 3.1">',
    )
