"""The records that cross a boundary between stages.

All are frozen, keyword-only and made of scalars and tuples, so that they can be compared, hashed, sent to a worker process and
loaded without translation. Each field is produced by exactly one stage, named in the type's docstring. Times are aware and in UTC.
Nothing here does I/O or reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Versions kept of one article. A live blog is edited at every poll, 48 times a day; later edits than these are not taken, so that no
# article is fetched for ever. The view `articles` tells which have come to that (is_capped).
MAX_VERSIONS = 50


class Stage(StrEnum):
    """Where in the pipe something happened; `rejections.stage` in the warehouse."""

    POLL = "poll"
    PARSE = "parse"
    FETCH = "fetch"
    EXTRACT = "extract"


class FeedStatus(StrEnum):
    """A feed's state of health: `failing` is retried with back-off, `gone` (410 for a day) once a month, `disabled` never."""

    ACTIVE = "active"
    FAILING = "failing"
    GONE = "gone"
    DISABLED = "disabled"


class PollOutcome(StrEnum):
    """How a poll ended. `unchanged`: 200, nothing new in it; `not_modified`: 304; `skipped`: not asked (its host said wait, or is down)."""

    NEW = "new"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"
    SKIPPED = "skipped"


class DateQuality(StrEnum):
    """How far a published date can be trusted. Only `exact` and `assumed_utc` carry a time; the raw text is kept in every case."""

    EXACT = "exact"
    ASSUMED_UTC = "assumed_utc"
    MISSING = "missing"
    FUTURE = "future"
    UNREADABLE = "unreadable"


class TextSource(StrEnum):
    """Where an article's text was taken from."""

    PAGE = "page"
    FEED = "feed"


class CaptureKind(StrEnum):
    """What an archived answer is."""

    FEED = "feed"
    PAGE = "page"


class RunKind(StrEnum):
    """What a run was for."""

    INGEST = "ingest"
    BACKFILL = "backfill"
    REPROCESS = "reprocess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a stage returns in place of its record when the world, not our code, was at fault.

    `reason` is a short stable code that people count by (`http_404`, `timeout`, `too_large`, `not_a_feed`, ...); `detail` is one
    line for a person. A transient failure is worth a retry, a permanent one is final.
    """

    stage: Stage
    reason: str
    detail: str
    is_transient: bool
    http_status: int | None = None
    retry_after: timedelta | None = None


# --- polling ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as a person configured it (feeds.toml). `headers` may hold secrets: it is never stored, logged or shown."""

    name: str
    url: str
    tags: tuple[str, ...] = ()
    interval: timedelta = timedelta(minutes=30)
    full_text: bool = True
    enabled: bool = True
    respect_robots: bool = True
    ignore_validators: bool = False
    user_agent: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Name and address only: a log line must not carry a token."""
        return f"Feed(name={self.name!r}, url={self.url!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingHints:
    """What a feed's own body says of how often to ask: `<ttl>`, sy:updatePeriod, Frequency, Base, skipHours (UTC), skipDays (0: Monday)."""

    ttl: timedelta | None = None
    update_interval: timedelta | None = None
    update_base: datetime | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How a feed publishes, learnt from its polls; made by `pipeline.rhythm`, where the rule stands.

    `arrivals`: its entries, each counting less the longer ago it came. `observed`: the time that they came in, forgotten alike.
    `window`: entries that it lists. `turnover`: the time in which all of those are replaced, at the fastest pace of late. `last_new`,
    `last_gap`: entries that the last poll brought, time since the one before it.
    """

    arrivals: float = 0.0
    observed: timedelta = timedelta()
    window: int = 0
    turnover: timedelta | None = None
    last_new: int = 0
    last_gap: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What polling remembers of a feed from one poll to the next; made by `pipeline.polling`, kept by the warehouse.

    `etag` and `last_modified` are the server's own bytes (as latin-1 text), never parsed, and belong to `url`; those of
    `redirect_url`, where a redirect has led, are kept beside them. `body_hash` is the SHA-256 of the last parsed body. `moved_to` is the
    target of the permanent redirect seen last, `moved_count` and `moved_since` how often in a row and since when; `gone_count` and
    `gone_since` tell the same of 410 Gone. `hints` are those of the last body that was read.
    """

    feed: str
    url: str
    status: FeedStatus = FeedStatus.ACTIVE
    etag: str | None = None
    last_modified: str | None = None
    redirect_url: str | None = None
    redirect_etag: str | None = None
    redirect_last_modified: str | None = None
    body_hash: str | None = None
    interval: timedelta | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    next_poll_at: datetime | None = None
    next_poll_reason: str | None = None
    consecutive_failures: int = 0
    last_error: str | None = None
    moved_to: str | None = None
    moved_count: int = 0
    moved_since: datetime | None = None
    gone_count: int = 0
    gone_since: datetime | None = None
    hints: PollingHints = PollingHints()
    rhythm: Rhythm = Rhythm()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostWait:
    """That a server has asked not to be asked before `until`, for all of `scope` (see `pipeline.addresses.wait_scope`)."""

    scope: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """A site's robots.txt as it was answered; `body` is empty where the site has none. Made by `pipeline.robots`."""

    origin: str
    body: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """One hop: `url` answered `status` and pointed to `location` (absolute)."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One complete HTTP answer after redirects (any final status, 304 included); made by `pipeline.fetching`.

    `headers` keep their order, names are lower case; `body` is decompressed and within the caller's cap.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    redirects: tuple[Redirect, ...]
    started_at: datetime
    duration_ms: int

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One answer in the archive; made by `pipeline.archive`.

    `url` is what was asked for, `final_url` what answered. `digest` is the SHA-1 of the body in base 32. The record is the gzip member of
    `length` bytes at byte `offset` of `file`; a revisit has no body of its own: the capture with its digest that is none has it.
    """

    capture_id: str
    kind: CaptureKind
    url: str
    final_url: str
    fetched_at: datetime
    http_status: int
    content_type: str | None
    digest: str
    bytes: int
    file: str
    offset: int
    length: int
    is_revisit: bool


# --- parsing and identity --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed in any format; made by `pipeline.parsing`.

    `link` is absolute (resolved against xml:base, the feed's own address), `link_raw` as published. `content_html` is what the feed
    carries as the body (content:encoded, atom:content, content_html), `summary_html` its description where that is something else.
    `source_title` and `source_url` (`<source>`), `via_url` (rel=via) and `dc_source` say where the feed has it from.
    """

    raw_id: str | None = None
    link: str | None = None
    link_raw: str | None = None
    title: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    published_raw: str | None = None
    date_quality: DateQuality = DateQuality.MISSING
    content_html: str | None = None
    summary_html: str | None = None
    image_url: str | None = None
    language: str | None = None
    source_title: str | None = None
    source_url: str | None = None
    via_url: str | None = None
    dc_source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document; made by `pipeline.parsing`. `format` is rss090..rss20, rss10, atom03, atom10, json10, json11.

    `complaint` is what the parser disliked (not well-formed, wrong encoding): the entries are what could be read all the same.
    """

    format: str
    title: str | None
    site_url: str | None
    language: str | None
    entries: tuple[Entry, ...]
    hints: PollingHints = PollingHints()
    complaint: str | None = None
    next_url: str | None = None
    prev_archive_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedEntry:
    """An entry with the id it is known by within its feed, and a hash of all that makes it what it is; made by `pipeline.identity`.

    `told_hash` stands for what it tells a reader; None for an entry out of a warehouse that had none yet.
    """

    entry_id: str
    content_hash: str
    told_hash: str | None
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """What a document says of its feed, and its entries under the ids that they have in it."""

    parsed: ParsedFeed
    identified: tuple[IdentifiedEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What the warehouse has of an entry: answered by `warehouse.lookups`.

    `told_hash` stands for what it tells a reader (`pipeline.identity.told_hash`); None where it was stored before there were any.
    """

    entry_id: str
    content_hash: str
    article_id: str | None
    told_hash: str | None = None
    title: str | None = None
    published_raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """What the warehouse has of an article, found by any of the URLs that led to it: answered by `warehouse.lookups`."""

    article_id: str
    canonical_url: str
    text_hash: str
    text_source: TextSource
    version: int


# --- extraction and attribution --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A credit: a line taken out of a text (made by `pipeline.attribution`), or what markup or a feed says (`pipeline.markup_credits`).

    `kind`: via, authored_by, originally_published, first_appeared, dateline, ...; `evidence`: the words as they stood, or the markup's
    value; `confidence`: 0 to 1, see there; `publisher`: who `source` is (`pipeline.publishers`), a domain or a name in one spelling.
    """

    kind: str
    source: str | None
    author: str | None
    url: str | None
    evidence: str
    confidence: float
    publisher: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a text is found by among others; made by `pipeline.signatures`.

    `words`: how many; `weight`: its length in words across scripts; `key`: equal for the same words in the same order, 0 for none;
    `fingerprints`: 64 bits each, sorted; none where a text is too short to share a passage.
    """

    words: int
    weight: float
    key: int
    fingerprints: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionInput:
    """What there is of an article: its page (body None where it could not be had) and what its feed carries."""

    url: str
    page_body: bytes | None = None
    content_type: str | None = None
    content_html: str | None = None
    summary_html: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """Clean text and metadata of one page or one entry's own content; made by `pipeline.extraction` in a worker process.

    `text`: paragraphs separated by one newline, without credits and template text. `canonical_href` is the page's rel=canonical,
    absolute, not yet believed. `trimmed`: the blocks that were cut from the text, in order, credits included. `page_failure`: why the
    page was of no use, where the feed's content stands in for it.
    """

    text: str
    signature: Signature
    title: str | None
    author: str | None
    published_at: datetime | None
    date_quality: DateQuality
    language: str | None
    site_name: str | None
    keywords: tuple[str, ...]
    summary: str | None
    image_url: str | None
    canonical_href: str | None
    text_source: TextSource
    extractor: str
    credits: tuple[Credit, ...] = ()
    trimmed: tuple[str, ...] = ()
    page_failure: Failure | None = None


# --- what is loaded --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a version of an article was made from, so that it can be made again; produced by the caller of `pipeline.articles`.

    `feed_capture` and `page_capture` are captures of the archive: None where it was made without the feed's document (a page that was
    asked for again) or without a page, and where nothing is kept.
    """

    feed: str
    entry_id: str
    feed_capture: str | None = None
    page_capture: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article on one site, ready to load; made by `pipeline.articles`.

    `article_id` is a hash of `canonical_url`. `aliases` are the canonical forms of every URL that led here: a later entry with such a link
    is this article and is not fetched again. `text` is whole: what its site's articles have in common is cut when it is loaded. `page_…`
    is what the page itself says, whichever source won; `origin` what it was made from.
    """

    article_id: str
    canonical_url: str
    url: str
    aliases: tuple[str, ...]
    site: str
    title: str | None
    author: str | None
    published_at: datetime | None
    date_quality: DateQuality
    page_title: str | None
    page_author: str | None
    page_published_at: datetime | None
    language: str | None
    site_name: str | None
    keywords: tuple[str, ...]
    text: str
    text_hash: str
    signature: Signature
    summary: str | None
    image_url: str | None
    text_source: TextSource
    fetched_at: datetime
    extractor: str
    origin: Origin
    credits: tuple[Credit, ...] = ()
    trimmed: tuple[str, ...] = ()

    @property
    def word_count(self) -> int:
        """The length of the whole text."""
        return self.signature.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One new or changed entry in one feed, ready to load. `url` is absolute as published; `article_id` is None where it was rejected.

    `feed_capture`: the archived document in which it stood so.
    `refetch_at`: the entry was edited, among many others or when its page could not be had, and its page is asked for then.
    """

    feed: str
    entry_id: str
    content_hash: str
    told_hash: str | None
    url: str | None
    url_raw: str | None
    title: str | None
    author: str | None
    published_at: datetime | None
    published_raw: str | None
    date_quality: DateQuality
    seen_at: datetime
    article_id: str | None
    is_backfill: bool = False
    feed_capture: str | None = None
    refetch_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFetch:
    """One request for an article page, whatever came of it; made by `pipeline.pages`. `error` is None where a page came.

    `next_retry_at`: where the failure may heal, the page is asked for again then; the feed's own content stands in meanwhile, if any.
    """

    url: str
    final_url: str | None
    fetched_at: datetime
    duration_ms: int
    http_status: int | None
    bytes: int
    error: str | None
    attempts: int = 1
    next_retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why something did not become an article. One row an attempt: `attempts` counts them, `next_retry_at` is None once final.

    `entry_id` is None where a whole feed was refused (its poll failed).
    """

    stage: Stage
    feed: str
    entry_id: str | None
    url: str | None
    reason: str
    error: str
    attempts: int
    next_retry_at: datetime | None
    is_final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryableEntry:
    """An entry whose page is due for another try: answered by `warehouse.lookups`.

    It was stored without an article and its last rejection is not final, or the feed's own content stands in for its page, or it was
    edited and waits for its turn.
    """

    sighting: Sighting
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll of one feed. entries_seen = entries_new + entries_changed + unchanged (the rest)."""

    feed: str
    started_at: datetime
    duration_ms: int
    outcome: PollOutcome
    http_status: int | None
    bytes: int
    entries_seen: int
    entries_new: int
    entries_changed: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillJob:
    """A history that was asked for: one feed (or file), one way, one range of dates; `job` stands for all of it."""

    job: str
    feed: str
    way: str
    source: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillMark:
    """How far a job had come: answered by the warehouse. The fields are those of `BackfillPage`."""

    url: str
    position: int
    is_whole: bool
    go_on: str | None
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillPage:
    """One list of a feed's past, or part of one, as a backfill has stored it. Counts are of the entries within the dates asked for.

    `position`: how far the list has been stored; `is_whole`: nothing of it is left; `go_on`: where the job goes on, None where it is done.
    """

    job: str
    position: int
    is_whole: bool
    go_on: str | None
    feed: str
    url: str
    fetched_at: datetime
    entries_seen: int
    entries_new: int
    oldest_at: datetime | None
    newest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedProfile:
    """What a feed says of itself, refreshed whenever its body was parsed."""

    title: str | None
    site_url: str | None
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """All that one poll of one feed brought. It is loaded whole or not at all: a stored validator without its entries would lose them.

    `listed_ids` are the ids of every entry the feed listed, known ones too (None where no body was parsed): an entry that is missing
    from it has left the feed. `poll` and `state` are None for a backfill page and for retried entries: feed state is left alone there.
    `host_waits` and `robots_files` are what the run has learnt of hosts meanwhile, whichever feed it was for.
    `sources`: names and addresses of feeds that stand in no feeds file.
    """

    feed: str
    poll: Poll | None = None
    state: FeedState | None = None
    backfill_page: BackfillPage | None = None
    profile: FeedProfile | None = None
    listed_ids: tuple[str, ...] | None = None
    sightings: tuple[Sighting, ...] = ()
    articles: tuple[Article, ...] = ()
    fetches: tuple[PageFetch, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    captures: tuple[Capture, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    host_waits: tuple[HostWait, ...] = ()
    robots_files: tuple[RobotsFile, ...] = ()


# --- stories ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldText:
    """An article as the index of stories has it; answered by `warehouse.story_index`."""

    article_id: str
    site: str
    title: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedArticle:
    """An article's place among the stories, ready to store; `match` with its representative is None where it is that itself.

    `is_renamed_only`: it stays where it was, but its story is called otherwise from now on.
    """

    article_id: str
    representative_id: str
    story_id: str
    is_renamed_only: bool
    match: Match | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """An article of a story, with what the choice of the original goes by; answered by `warehouse.story_index`.

    `points_to` are addresses that its page names as where its text comes from; `credited` identities of publishers.
    """

    story_id: str
    article_id: str
    canonical_url: str
    site: str
    published_at: datetime | None
    points_to: tuple[str, ...]
    credited: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryOriginal:
    """Which article of a story the others repeat, why that one, and the publisher of an original that was never seen."""

    story_id: str
    article_id: str
    reason: str
    source: str | None


# --- settling --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettledText:
    """An article whose text is to be settled: `text` is what is left of it without `cut`. Answered by `warehouse.settling`."""

    article_number: int
    article_id: str
    site: str
    title: str | None
    text: str
    cut: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleBlocks:
    """What one article tells of its site's template; made by `pipeline.templates`. `anchor` and `keys` are signed 64-bit numbers."""

    article_number: int
    anchor: int
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledText:
    """An article's final text, what was cut from it, each block with its place in the whole text, and what it is found by."""

    article_number: int
    title: str | None
    text: str
    text_hash: str
    word_count: int
    cut: tuple[tuple[int, str], ...]
    rank: int
    fingerprints: tuple[int, ...]


# --- reprocessing ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBody:
    """An archived answer, and where its body stands; answered by `warehouse.reprocessing`."""

    capture_id: str
    url: str
    final_url: str
    http_status: int
    content_type: str | None
    fetched_at: datetime
    file: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remakeable:
    """A version of an article that can be made again, or (`article_id` and `version` None) an entry that came to nothing and may now.

    Answered by `warehouse.reprocessing`. `text_hash` is that of the text without `cut`, `whole_hash` that of the whole. `document` is
    the feed in which the entry stood; without it, what `sighting` says is all there is.
    """

    article_id: str | None
    version: int | None
    canonical_url: str | None
    whole_hash: str | None
    text_hash: str | None
    cut: tuple[tuple[int, str], ...]
    seen_at: datetime
    feed_url: str
    sighting: Sighting
    document: KeptBody | None
    page: KeptBody | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How far two texts differ; made by `pipeline.differences`. `similarity`: share of the words of both that both have, 0 to 1."""

    is_change: bool
    words_before: int
    words_after: int
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """A version of an article made again, ready to load over the one whose whole text has the hash `text_hash_before`."""

    article: Article
    version: int
    text_hash_before: str
    difference: Difference


class Method(StrEnum):
    """How a text was matched: the same words in the same order, most of both, or the shorter one inside the longer one."""

    EXACT = "exact"
    NEAR = "near"
    CONTAINED = "contained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What two texts have in common. `containment`: share of the shorter one that the longer one has; `similarity`: share of both."""

    method: Method
    similarity: float
    containment: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The representative whose story an article is in; `match` is None where it is its own. Made by `pipeline.stories`."""

    article_id: str
    representative_id: str
    match: Match | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """What an article is found by. `rank` orders all articles, longest first; `fingerprints` are sorted, unique, 64 bits without sign."""

    article_id: str
    rank: int
    fingerprints: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as it begins."""

    run_id: str
    kind: RunKind
    started_at: datetime
    version: str
    prefect_flow_run_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One run as it ended, counted by the warehouse from what it stored. The field names are those of the `runs` view."""

    run_id: str
    kind: RunKind
    status: str
    started_at: datetime
    finished_at: datetime
    feeds_polled: int
    feeds_failed: int
    feeds_not_modified: int
    entries_seen: int
    entries_new: int
    entries_changed: int
    articles_new: int
    duplicates: int
    rejected: int
