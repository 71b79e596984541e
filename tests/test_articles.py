"""An article is one page on one site; a story is one text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.articles import compose, short_id
from pipeline.records import Article, Credit, DateQuality, Entry, Extraction, IdentifiedEntry, KnownEntry, Origin, TextSource
from pipeline.sifting import sift
from pipeline.signatures import signature_of

NOW = datetime(2026, 3, 10, tzinfo=UTC)
LONG = "The harbour board has written nine letters and each of them came back with another stamp on it. " * 3


def extraction(text: str = LONG, **changes: object) -> Extraction:
    values: dict[str, object] = {
        "text": text, "signature": signature_of(text), "title": "Page title", "author": "Ada", "published_at": None, "date_quality": DateQuality.MISSING,
        "language": "en", "site_name": None, "keywords": (), "summary": None, "image_url": None,
        "canonical_href": None, "text_source": TextSource.PAGE, "extractor": "x",
    }  # fmt: skip
    return Extraction(**(values | changes))  # type: ignore[arg-type]


def composed(entry: Entry, found: Extraction, final_url: str | None) -> Article:
    item = IdentifiedEntry(entry_id="e1", content_hash="h", told_hash="t", entry=entry)
    return compose(
        item,
        found,
        feed_url="http://gazette.example/feed",
        feed_title="The Gazette",
        final_url=final_url,
        fetched_at=NOW,
        origin=Origin(feed="gazette", entry_id=item.entry_id),
    )


@pytest.mark.parametrize(
    ("link", "final", "href", "expected"),
    [
        pytest.param("http://gazette.example/a?utm_source=rss", "http://www.gazette.example/a/", None, "https://gazette.example/a", id="where it landed"),
        pytest.param("http://counter.example/x", "http://gazette.example/a?p=1", "http://gazette.example/a", "https://gazette.example/a", id="a believable rel=canonical"),
        pytest.param("http://gazette.example/a", "http://gazette.example/a", "http://gazette.example/", "https://gazette.example/a", id="a theme that names the home page"),
        pytest.param("http://blog.example/a", "http://blog.example/a", "http://gazette.example/a", "https://blog.example/a", id="a repost that names its source"),
    ],
)  # fmt: skip
def test_the_identity_is_the_canonical_url(link: str, final: str, href: str | None, expected: str) -> None:
    article = composed(Entry(link=link), extraction(canonical_href=href), final)
    assert expected == article.canonical_url
    assert article.article_id == short_id(expected)
    assert expected in article.aliases


def test_an_entry_without_a_link_is_an_article_of_its_feed() -> None:
    article = composed(Entry(title="Note", content_html="<p>x</p>"), extraction(text_source=TextSource.FEED), None)
    assert article.canonical_url.startswith("https://gazette.example/feed#entry=")
    assert article.site == "gazette.example"


def test_the_feed_gives_title_and_date_and_the_page_what_else_there_is() -> None:
    entry = Entry(link="http://gazette.example/a", title="Headline", author="desk", published_at=NOW, date_quality=DateQuality.EXACT)
    article = composed(entry, extraction(), "http://gazette.example/a")
    assert (article.title, article.author, article.published_at, article.date_quality) == ("Headline", "Ada", NOW, DateQuality.EXACT)


def test_a_credit_to_oneself_is_none() -> None:
    def credit(source: str) -> Credit:
        return Credit(kind="first_appeared", source=source, author=None, url=None, evidence="", confidence=0.95)

    found = extraction(credits=(credit("The Gazette"), credit("gazette.example"), credit("Harbour Ledger")))
    assert [c.source for c in composed(Entry(link="http://gazette.example/a"), found, "http://gazette.example/a").credits] == [
        "Harbour Ledger"
    ]


def test_entries_are_sifted_into_new_changed_and_unchanged() -> None:
    def item(name: str, hashed: str) -> IdentifiedEntry:
        return IdentifiedEntry(entry_id=name, content_hash=hashed, told_hash=hashed, entry=Entry())

    known = {name: KnownEntry(entry_id=name, content_hash="1", article_id=None) for name in ("a", "b")}
    found = sift([item("a", "1"), item("b", "2"), item("c", "1")], known, seen=5)
    assert ([i.entry_id for i in found.new], [i.entry_id for i in found.changed], found.unchanged) == (["c"], ["b"], 3)
