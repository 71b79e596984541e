"""Clean text from pages and from what feeds carry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.demo_newsroom import newsroom_answers
from pipeline.extraction import extract_article, extract_feed_content, extract_page
from pipeline.records import DateQuality, Extraction, ExtractionInput, Failure, TextSource
from pipeline.signatures import signature_of

URL = "http://gazette.example/2026/03/dredger"
PARAGRAPHS = [
    f"Paragraph {number} of the story tells how the dredger came to be tied up at pier {number}, and why nobody would move it before the court had spoken."
    for number in range(1, 7)
]


def page(body: str, head: str = "") -> bytes:
    return f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>The dredger</title>{head}</head><body>{body}</body></html>'.encode()


def article(body: str, head: str = "") -> Extraction:
    found = extract_page(page(body, head), "text/html", URL)
    assert isinstance(found, Extraction), found
    return found


def paragraphs(tag: str = "p", lines: list[str] = PARAGRAPHS) -> str:
    return "".join(f"<{tag}>{line}</{tag}>" for line in lines)


def test_a_page_gives_its_text_and_what_it_says_of_itself() -> None:
    head = (
        '<link rel="canonical" href="/2026/03/dredger/"><meta name="author" content="Ada Quill"><meta name="description" content="In short.">'
        '<meta property="og:image" content="/d.jpg"><meta property="article:published_time" content="2026-03-02T08:10:00+01:00">'
        '<meta property="og:site_name" content="Harbour Gazette"><meta name="keywords" content="harbour, dredger, harbour">'
    )
    found = article(f"<main><article><h1>The dredger</h1>{paragraphs()}</article></main>", head)
    assert found.text.split("\n") == PARAGRAPHS
    assert (found.author, found.language, found.summary) == ("Ada Quill", "en", "In short.")
    assert (found.canonical_href, found.image_url) == ("http://gazette.example/2026/03/dredger/", "http://gazette.example/d.jpg")
    assert (found.published_at, found.date_quality) == (datetime(2026, 3, 2, 7, 10, tzinfo=UTC), DateQuality.EXACT)
    assert (found.site_name, found.keywords) == ("Harbour Gazette", ("harbour", "dredger"))


@pytest.mark.parametrize(
    ("page_body", "content"),
    [
        pytest.param(page(f"<article>{paragraphs()}</article>"), None, id="page"),
        pytest.param(None, paragraphs(), id="feed"),
        pytest.param(page("<article><p>Read more.</p></article>"), paragraphs(), id="the feed's for a page that says little"),
        pytest.param(
            page(f"<article>{paragraphs(lines=PARAGRAPHS[:1])}</article>"), paragraphs(lines=PARAGRAPHS * 3), id="the feed's, longer"
        ),
    ],
)
def test_a_text_has_its_own_signature_wherever_it_is_from(page_body: bytes | None, content: str | None) -> None:
    found = extract_article(ExtractionInput(url=URL, page_body=page_body, content_type="text/html", content_html=content))
    assert isinstance(found, Extraction)
    assert found.signature == signature_of(found.text)
    assert found.signature.words > 10


def test_a_repost_ends_where_its_body_ends() -> None:
    tail = "<p>via Harbour Ledger News Ada Quill</p><h3>Leave a Reply</h3><p>Your email address will not be published. Required fields are marked *</p>"
    found = article(f"<article>{paragraphs()}{tail}</article>")
    assert found.text.split("\n") == PARAGRAPHS
    assert [(credit.source, credit.author) for credit in found.credits] == [("Harbour Ledger News", "Ada Quill")]
    assert "via Harbour Ledger News Ada Quill" in found.trimmed


@pytest.mark.parametrize("url", [url for url in newsroom_answers() if "repost.example/2026" in url or "market.example/2026" in url])
def test_no_word_of_a_comment_form_is_left_in_the_demo(url: str) -> None:
    found = extract_page(newsroom_answers()[url].body, "text/html", url)
    assert isinstance(found, Extraction)
    for words in ("Leave a Reply", "email address", "Share this", "Related Posts", "onions", "via "):
        assert words not in found.text
    assert len(found.text.split("\n")) == 4


def test_paragraphs_that_a_page_builder_wrote_as_divs_are_not_lost() -> None:
    mixed = "".join(f"<p>{line}</p>" if number == 0 else f"<div>{line}</div>" for number, line in enumerate(PARAGRAPHS))
    assert article(f"<div class='entry-content'>{mixed}</div>").text.split("\n") == PARAGRAPHS


def test_an_article_that_its_page_cuts_into_containers_is_read_whole() -> None:
    chunks = "".join(
        f"<div class='grid'><div class='article-body'>{paragraphs(lines=PARAGRAPHS[start : start + 2])}</div><div class='box'><a href='/x'>Ten lamps</a></div></div>"
        for start in (0, 2, 4)
    )
    assert article(f"<main><div class='wrap'>{chunks}</div></main>").text.split("\n") == PARAGRAPHS


def test_a_footer_is_not_taken_for_the_article() -> None:
    menu = " | ".join(["Port", "Town", "Weather"] * 20)
    footer = f"<table><tr><td><p>The Gazette is written and printed on Pier 4, where letters are taken in at all hours.</p><p>{menu}</p></td></tr></table>"
    assert article(f"<div style='border: 0'>{paragraphs()}</div>{footer}").text.split("\n") == PARAGRAPHS


def test_an_article_whose_box_hides_what_flows_over_is_not_hidden() -> None:
    beside = paragraphs(
        lines=[f"Reader {number} asks what the harbour board will do about the dredger, and when it will be done." for number in range(4)]
    )
    assert article(f"<div style='overflow: hidden'>{paragraphs()}</div><div>{beside}</div>").text.split("\n")[:6] == PARAGRAPHS


def test_comments_that_are_longer_than_the_article_are_not_taken_for_it() -> None:
    said = "".join(
        f"<div class='opinia'><p>{line} I have always said so, and nobody in the harbour board has ever listened to me.</p></div>"
        for line in PARAGRAPHS * 3
    )
    assert article(f"<div class='tresc'>{paragraphs()}</div><div id='opinie'>{said}</div>").text.split("\n") == PARAGRAPHS


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        pytest.param(b"", "text/html", "empty_page", id="empty"),
        pytest.param(b"%PDF-1.7 ...", "text/html", "not_html", id="a PDF that says it is a page"),
        pytest.param(page("<script>render()</script>"), "text/html", "no_text", id="a shell that needs JavaScript"),
        pytest.param(b"\x00\x01\x02", None, "not_html", id="bytes"),
    ],
)
def test_what_is_no_article_has_a_reason(body: bytes, content_type: str | None, reason: str) -> None:
    found = extract_page(body, content_type, URL)
    assert isinstance(found, Failure)
    assert found.reason in {reason, "no_text"}


def test_deep_nesting_and_endless_attributes_are_outcomes() -> None:
    for body in ("<div>" * 5_000 + "deep" + "</div>" * 5_000, f"<p {' '.join(f'a{n}=1' for n in range(5_000))}>x</p>"):
        assert isinstance(extract_page(page(body), "text/html", URL), (Extraction, Failure))


def test_what_a_feed_carries_keeps_its_paragraphs() -> None:
    found = extract_feed_content("<p>One &amp; two</p><p>Three<br/>four</p><ul><li>five</li></ul><img src='/i.png'>", URL, title=None)
    assert isinstance(found, Extraction)
    assert found.text.split("\n") == ["One & two", "Three", "four", "five"]
    assert (found.text_source, found.image_url) == (TextSource.FEED, "http://gazette.example/i.png")


@pytest.mark.parametrize(
    ("page_lines", "content_lines", "summary", "source"),
    [
        pytest.param(6, 0, "A summary.", TextSource.PAGE, id="a page and a summary"),
        pytest.param(6, 6, None, TextSource.PAGE, id="both whole"),
        pytest.param(1, 6, None, TextSource.FEED, id="a page that was cut short"),
        pytest.param(None, 6, None, TextSource.FEED, id="no page"),
        pytest.param(None, 0, "A summary.", TextSource.FEED, id="no page, a summary only"),
    ],
)
def test_the_better_of_page_and_feed_is_taken(page_lines: int | None, content_lines: int, summary: str | None, source: TextSource) -> None:
    given = ExtractionInput(
        url=URL,
        page_body=None if page_lines is None else page(f"<article>{paragraphs(lines=PARAGRAPHS[:page_lines])}</article>"),
        content_html=paragraphs(lines=PARAGRAPHS[:content_lines]) or None,
        summary_html=summary,
    )
    found = extract_article(given)
    assert isinstance(found, Extraction)
    assert found.text_source is source


def test_the_same_page_gives_the_same_record() -> None:
    given = ExtractionInput(url=URL, page_body=page(f"<article>{paragraphs()}</article>"))
    assert extract_article(given) == extract_article(given)
