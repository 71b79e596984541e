"""Small records for tests that load a warehouse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.articles import compose, short_id
from pipeline.publishers import publisher_of
from pipeline.records import (
    Article,
    Credit,
    DateQuality,
    Entry,
    Extraction,
    Feed,
    FeedProfile,
    FeedState,
    Harvest,
    IdentifiedEntry,
    Origin,
    Poll,
    PollOutcome,
    Rejection,
    Run,
    RunKind,
    Sighting,
    Stage,
    TextSource,
)  # fmt: skip
from pipeline.signatures import signature_of

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TEXT = "The harbour board has written nine letters, and each of them came back with a different stamp, and the last one with a note about the consulate. "


def feed(name: str = "gazette") -> Feed:
    return Feed(name=name, url=f"http://{name}.example/feed")


def run(run_id: str = "run1", kind: RunKind = RunKind.INGEST) -> Run:
    return Run(run_id=run_id, kind=kind, started_at=NOW, version="0")


def article(
    url: str, text: str = TEXT * 2, *, published: datetime | None = NOW, credit: str | None = None, source: TextSource = TextSource.PAGE
) -> Article:
    entry = IdentifiedEntry(
        entry_id=url,
        content_hash="h",
        told_hash="h",
        entry=Entry(link=url, title=f"Title of {url}", published_at=published, date_quality=DateQuality.EXACT),
    )
    found = (
        Credit(kind="via", source=credit, author=None, url=None, evidence=f"via {credit}", confidence=0.8, publisher=publisher_of(credit)),
    )
    credits_found = found if credit else ()
    extraction = Extraction(
        text=text, signature=signature_of(text), title=None, author=None, published_at=None, date_quality=DateQuality.MISSING, language="en", site_name="Gazette",
        keywords=("harbour", "dredger"), summary=None, image_url=None, canonical_href=None,
        text_source=source, extractor="test", credits=credits_found, trimmed=tuple(found.evidence for found in credits_found),
    )  # fmt: skip
    return compose(
        entry,
        extraction,
        feed_url="http://gazette.example/feed",
        feed_title=None,
        final_url=url,
        fetched_at=NOW,
        origin=Origin(feed="gazette", entry_id=entry.entry_id),
    )


def sighting(name: str, entry_id: str, found: Article | None, *, content_hash: str = "h", at: datetime = NOW, **changes: Any) -> Sighting:
    values = {
        "feed": name, "entry_id": entry_id, "content_hash": content_hash, "told_hash": content_hash, "url": found.url if found else None, "url_raw": None, "title": entry_id,
        "author": None, "published_at": NOW, "published_raw": None, "date_quality": DateQuality.EXACT, "seen_at": at,
        "article_id": found.article_id if found else None,
    }  # fmt: skip
    return Sighting(**(values | changes))


def rejection(name: str, entry_id: str, *, attempts: int = 1, retry_at: datetime | None = None) -> Rejection:
    return Rejection(
        stage=Stage.FETCH, feed=name, entry_id=entry_id, url=None, reason="http_500", error="down", attempts=attempts,
        next_retry_at=retry_at, is_final=retry_at is None,
    )  # fmt: skip


def harvest(
    name: str,
    articles: dict[str, Article | None],
    *,
    at: datetime = NOW,
    listed: tuple[str, ...] | None = None,
    changed: int = 0,
    content_hash: str = "h",
) -> Harvest:
    """A poll of `name` that brought `articles` by entry id; None is an entry that was rejected."""
    ids = listed if listed is not None else tuple(articles)
    return Harvest(
        feed=name,
        poll=Poll(
            feed=name, started_at=at, duration_ms=1, outcome=PollOutcome.NEW, http_status=200, bytes=9, entries_seen=len(ids),
            entries_new=len(articles) - changed, entries_changed=changed, error=None,
        ),
        state=FeedState(feed=name, url=f"http://{name}.example/feed", etag='"1"', interval=timedelta(minutes=30), last_polled_at=at, last_success_at=at, next_poll_at=at),
        profile=FeedProfile(title=name.title(), site_url=None, format="rss20"),
        listed_ids=ids,
        sightings=tuple(sighting(name, entry_id, found, at=at, content_hash=content_hash) for entry_id, found in articles.items()),
        articles=tuple(found for found in articles.values() if found),
        rejections=tuple(rejection(name, entry_id) for entry_id, found in articles.items() if found is None),
    )  # fmt: skip


def many(start: int, count: int, *, sites: int = 50) -> dict[str, Article | None]:
    """So many distinct articles, for load."""
    return {
        short_id(str(n)): article(f"http://site{n % sites}.example/{n}", f"{n} {TEXT} {n * 7} " * 3) for n in range(start, start + count)
    }
