"""Pages that are no articles though they answer 200 are told with their reason; articles about them are articles."""

from __future__ import annotations

import pytest
from test_extraction import PARAGRAPHS, URL, page, paragraphs

from pipeline.extraction import extract_article, extract_page
from pipeline.records import Extraction, ExtractionInput, Failure, TextSource


def told(body: str, title: str = "The dredger", url: str = URL) -> Extraction | Failure:
    markup = f"<!DOCTYPE html><html lang='en'><head><title>{title}</title></head><body>{body}</body></html>"
    return extract_page(markup.encode(), "text/html", url)


FIRST = f"<article><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></article>"

NO_ARTICLES = [
    pytest.param("<h1>Just a moment...</h1><p>Checking your browser before accessing gazette.example.</p>", "Just a moment...", URL, "bot_wall", id="Cloudflare, 2019"),
    pytest.param("<noscript>Enable JavaScript and cookies to continue</noscript><script>window._cf_chl_opt={}</script>", "Just a moment...", URL, "bot_wall", id="Cloudflare, today"),
    pytest.param("<div id='px-captcha'></div><p>Press & Hold to confirm you are a human (and not a bot).</p>", "Access to this page has been denied", URL, "bot_wall", id="PerimeterX"),
    pytest.param("<script src='https://ct.captcha-delivery.com/c.js'></script><p>Please enable JS and disable any ad blocker</p>", "gazette.example", URL, "bot_wall", id="DataDome"),
    pytest.param("<p>Request unsuccessful. Incapsula incident ID: 12-34</p>", "", URL, "bot_wall", id="Imperva"),
    pytest.param("<h1>Access Denied</h1><p>You don't have permission to access this on this server.</p><p>Reference #18.abc</p>", "Access Denied", URL, "bot_wall", id="Akamai"),
    pytest.param("<h1>Making sure you're not a bot!</h1><script src='/.within.website/x/cmd/anubis/static/js/main.mjs'></script>", "Making sure you're not a bot!", URL, "bot_wall", id="Anubis"),
    pytest.param("<p>We and our 1,412 partners store information on your device.</p><button>Accept all</button>", "Gazette", "https://consent.gazette.example/v2/collect", "consent_page", id="consent, another host"),
    pytest.param("<h1>Before you continue to Gazette</h1><p>We use cookies.</p>", "Gazette", URL, "consent_page", id="consent, in place"),
    pytest.param("<form><input name='log'><input type='password'></form><p>Lost your password?</p>", "Log In ‹ Gazette", URL, "login_page", id="login, by its title"),
    pytest.param("<form><input type='password'></form><p>Welcome back to the Gazette.</p>", "Gazette", "https://gazette.example/login?next=/a", "login_page", id="login, by its address"),
    pytest.param(f"{FIRST}<p>Subscribe to continue reading. Already a subscriber? Log in.</p>", "The dredger", URL, "paywall_stub", id="paywall"),
    pytest.param(f"<article><p>{PARAGRAPHS[0]}</p><p>Dieser Artikel ist exklusiv für Abonnenten.</p></article>", "Der Bagger", URL, "paywall_stub", id="paywall, German"),
    pytest.param("<h1>Page not found</h1><p>Try the search, or one of our sections.</p>", "Page not found - Gazette", URL, "soft_404", id="soft 404, by its title"),
    pytest.param("<p>Sorry, the page you are looking for could not be found.</p>", "Gazette", URL, "soft_404", id="soft 404, by its words"),
    pytest.param("<p>Strona</p>", "Nie znaleziono strony", URL, "soft_404", id="soft 404, Polish"),
    pytest.param("<noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div>", "Gazette", URL, "needs_javascript", id="empty shell"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "title", "url", "reason"), NO_ARTICLES)
def test_what_is_no_article_is_told_with_its_reason(body: str, title: str, url: str, reason: str) -> None:
    found = told(body, title, url)
    assert isinstance(found, Failure), found.text
    assert found.reason == reason
    assert found.is_transient == (reason in {"bot_wall", "consent_page"})


ARTICLES = [
    pytest.param(f"<article>{paragraphs()}<p>Readers must now verify that they are human, says the board: press & hold to confirm.</p></article>", "Just a moment of fame", id="about captchas"),
    pytest.param(f"<article>{paragraphs()}<p>Subscribe to continue reading, said the sign on the pier.</p></article>", "The dredger", id="about paywalls, at length"),
    pytest.param(FIRST + "<aside><p>Subscribe to read more stories like this.</p>" + "<p>Sign up to our letter, or find one of our many sections in the list below.</p>" * 20 + "</aside>", "The dredger", id="a short item beside a sign-up box"),
    pytest.param(FIRST + "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>" + "<footer>" + "<a href='/x'>One of the many links at the foot of the page</a>" * 40 + "</footer>", "The dredger", id="an ordinary page behind Cloudflare"),
    pytest.param(f"<article>{paragraphs()}</article>", "404 days at sea", id="a title with a number"),
    pytest.param(FIRST, "Access to the pier is denied", id="a short item with a title of that kind"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "title"), ARTICLES)
def test_an_article_stays_an_article(body: str, title: str) -> None:
    assert isinstance(told(body, title), Extraction)


def test_the_feeds_content_stands_in_and_the_walls_reason_is_kept() -> None:
    wall = page("<p>Checking your browser before accessing gazette.example.</p>")
    found = extract_article(ExtractionInput(url=URL, page_body=wall, content_html=paragraphs()))
    assert isinstance(found, Extraction)
    assert found.text_source is TextSource.FEED
    assert found.page_failure is not None
    assert (found.page_failure.reason, found.page_failure.is_transient) == ("bot_wall", True)
