"""An article from its parts: what the entry said, where the page was, what was extracted. Pure.

Rules for what two sources say differently. Title and date are the entry's where it has them: feeds give the headline alone and the
minute with its zone, where pages add the site's name, or give it in the headline's place, and often a day alone. Author, language,
image and the site's name are the page's where it has them: a feed often has one author for all. Nothing is lost by it: what the entry
says stays with the sighting, what the page says with the article (`page_title`, `page_author`, `page_published_at`).
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from pipeline.canonical import believable_canonical, canonical_url, site_of
from pipeline.markup_credits import feed_credits
from pipeline.publishers import linked_site, name_key
from pipeline.records import Article, Credit, DateQuality, Extraction, IdentifiedEntry, Origin, TextSource


def compose(
    entry: IdentifiedEntry,
    extraction: Extraction,
    *,
    feed_url: str,
    feed_title: str | None,
    final_url: str | None,
    fetched_at: datetime,
    origin: Origin,
) -> Article:
    """The article of an entry. `final_url` is where its page was found after redirects, None where only the feed's content is used."""
    identity, aliases = _identity(entry, extraction, feed_url, final_url)
    published_at, quality = _published(entry, extraction)
    title = entry.entry.title or extraction.title
    return Article(
        article_id=short_id(identity),
        canonical_url=identity,
        url=final_url or entry.entry.link or identity,
        aliases=aliases,
        site=site_of(identity),
        title=title,
        author=extraction.author or entry.entry.author,
        published_at=published_at,
        date_quality=quality,
        page_title=extraction.title,
        page_author=extraction.author,
        page_published_at=extraction.published_at,
        language=extraction.language or entry.entry.language,
        site_name=extraction.site_name or feed_title,
        keywords=extraction.keywords,
        text=extraction.text,
        text_hash=text_hash(extraction.text),
        signature=extraction.signature,
        summary=extraction.summary,
        image_url=extraction.image_url or entry.entry.image_url,
        text_source=extraction.text_source,
        fetched_at=fetched_at,
        extractor=extraction.extractor,
        origin=origin,
        credits=tuple(
            credit for credit in (*extraction.credits, *feed_credits(entry.entry)) if not _is_own(credit, site_of(identity), feed_title)
        ),
        trimmed=extraction.trimmed,
    )


def entry_alias(entry: IdentifiedEntry, *, feed_url: str) -> str:
    """The key under which an entry's article is found again: its link's canonical URL, or its id within the feed where it has no link."""
    link = canonical_url(entry.entry.link) if entry.entry.link else None
    return link or f"{canonical_url(feed_url) or feed_url}#entry={short_id(entry.entry_id)}"


def text_hash(text: str) -> str:
    """The key under which a text is kept: 32 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def short_id(key: str) -> str:
    """12 characters that stand for `key`: the first 60 bits of its SHA-256 in base 32.

    Twelve because DuckDB keeps strings up to that length inline, so joins on them cost what integers do, and JavaScript readers of the
    JSON do not round them. The chance of any collision is 4 in 100,000 among ten million keys.
    """
    return base64.b32encode(hashlib.sha256(key.encode()).digest()[:10]).decode().lower()[:12]


def _identity(entry: IdentifiedEntry, extraction: Extraction, feed_url: str, final_url: str | None) -> tuple[str, tuple[str, ...]]:
    """The canonical URL, and every key that leads to it."""
    alias = entry_alias(entry, feed_url=feed_url)
    if extraction.text_source is TextSource.FEED or final_url is None:
        return alias, (alias,)
    landed = canonical_url(final_url) or alias
    identity = believable_canonical(extraction.canonical_href, final_url) or landed
    return identity, tuple(sorted({alias, landed, identity}))


def _is_own(credit: Credit, site: str, feed_title: str | None) -> bool:
    """True for a credit to the site itself: WordPress ends each entry of a feed with `The post … appeared first on` its own name."""
    own = {name_key(site), name_key(site.split(".", maxsplit=1)[0]), name_key(feed_title or "")} - {""}
    return credit.publisher in own | {linked_site(f"https://{site}/")} - {None} or name_key(credit.source or "") in own


def _published(entry: IdentifiedEntry, extraction: Extraction) -> tuple[datetime | None, DateQuality]:
    if entry.entry.published_at is not None:
        return entry.entry.published_at, entry.entry.date_quality
    if extraction.published_at is not None:
        return extraction.published_at, extraction.date_quality
    return None, entry.entry.date_quality
