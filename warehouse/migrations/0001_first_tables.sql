-- The tables under the views. They are key-less and scalar where they grow: DuckDB 2.0 merges into such a table a hundred times faster
-- than into one with a primary key, and identity is held by the loader, which is the only writer.

CREATE SCHEMA IF NOT EXISTS store;

CREATE TABLE store.feed (
    feed VARCHAR NOT NULL,
    configured_url VARCHAR NOT NULL,
    is_configured BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    tags VARCHAR[] NOT NULL,
    title VARCHAR,
    site_url VARCHAR,
    format VARCHAR,
    url VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    etag VARCHAR,
    last_modified VARCHAR,
    body_hash VARCHAR,
    interval_s DOUBLE,
    last_polled_at TIMESTAMPTZ,
    last_success_at TIMESTAMPTZ,
    last_new_at TIMESTAMPTZ,
    next_poll_at TIMESTAMPTZ,
    next_poll_reason VARCHAR,
    consecutive_failures INTEGER NOT NULL,
    last_error VARCHAR,
    moved_to VARCHAR,
    moved_count INTEGER NOT NULL,
    gone_count INTEGER NOT NULL
);
COMMENT ON TABLE store.feed IS 'One row a feed that is or was in the feeds file, with what polling remembers of it.';
COMMENT ON COLUMN store.feed.feed IS 'Name in the feeds file.';
COMMENT ON COLUMN store.feed.configured_url IS 'Address in the feeds file.';
COMMENT ON COLUMN store.feed.is_configured IS 'False once the feed was taken out of the feeds file: its rows stay.';
COMMENT ON COLUMN store.feed.enabled IS 'As in the feeds file.';
COMMENT ON COLUMN store.feed.tags IS 'As in the feeds file.';
COMMENT ON COLUMN store.feed.title IS 'What the feed calls itself.';
COMMENT ON COLUMN store.feed.site_url IS 'The site that the feed says it belongs to.';
COMMENT ON COLUMN store.feed.format IS 'rss090 to rss20, rss10, atom03, atom10, json10, json11.';
COMMENT ON COLUMN store.feed.url IS 'Address that is polled: the configured one, or where it has moved for good.';
COMMENT ON COLUMN store.feed.status IS 'active, failing or gone.';
COMMENT ON COLUMN store.feed.etag IS 'Validator of the last answer, as the server wrote it.';
COMMENT ON COLUMN store.feed.last_modified IS 'Validator of the last answer, as the server wrote it.';
COMMENT ON COLUMN store.feed.body_hash IS 'SHA-256 of the last body that was read.';
COMMENT ON COLUMN store.feed.interval_s IS 'Seconds between polls as decided last.';
COMMENT ON COLUMN store.feed.last_polled_at IS 'Start of the last poll.';
COMMENT ON COLUMN store.feed.last_success_at IS 'Start of the last poll that was answered (304 included).';
COMMENT ON COLUMN store.feed.last_new_at IS 'Start of the last poll that brought a new entry.';
COMMENT ON COLUMN store.feed.next_poll_at IS 'Not polled before this time.';
COMMENT ON COLUMN store.feed.next_poll_reason IS 'Why then.';
COMMENT ON COLUMN store.feed.consecutive_failures IS 'Failed polls since the last success.';
COMMENT ON COLUMN store.feed.last_error IS 'What the last failed poll met; empty after a success.';
COMMENT ON COLUMN store.feed.moved_to IS 'Target of the permanent redirect seen last.';
COMMENT ON COLUMN store.feed.moved_count IS 'How often in a row that redirect was seen.';
COMMENT ON COLUMN store.feed.gone_count IS 'How often in a row the server answered 410 Gone.';

CREATE TABLE store.poll (
    run_id VARCHAR NOT NULL,
    feed VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    duration_ms BIGINT NOT NULL,
    outcome VARCHAR NOT NULL,
    http_status INTEGER,
    bytes BIGINT NOT NULL,
    entries_seen INTEGER NOT NULL,
    entries_new INTEGER NOT NULL,
    entries_changed INTEGER NOT NULL,
    error VARCHAR
);
COMMENT ON TABLE store.poll IS 'One row a poll of a feed; key: run_id, feed.';
COMMENT ON COLUMN store.poll.run_id IS 'The run that polled.';
COMMENT ON COLUMN store.poll.feed IS 'Name of the feed.';
COMMENT ON COLUMN store.poll.started_at IS 'When the request was made.';
COMMENT ON COLUMN store.poll.duration_ms IS 'Milliseconds until the answer was complete.';
COMMENT ON COLUMN store.poll.outcome IS 'new, unchanged, not_modified, failed, skipped.';
COMMENT ON COLUMN store.poll.http_status IS 'Status of the last answer; empty where none came.';
COMMENT ON COLUMN store.poll.bytes IS 'Length of the body after decompression.';
COMMENT ON COLUMN store.poll.entries_seen IS 'Items in the document; 0 where it was not read.';
COMMENT ON COLUMN store.poll.entries_new IS 'Items that the warehouse did not have.';
COMMENT ON COLUMN store.poll.entries_changed IS 'Known items that were edited.';
COMMENT ON COLUMN store.poll.error IS 'Why it failed, or what was wrong with a document that could be read.';

CREATE TABLE store.sighting (
    feed VARCHAR NOT NULL,
    entry_id VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    url VARCHAR,
    url_raw VARCHAR,
    title VARCHAR,
    author VARCHAR,
    published_at TIMESTAMPTZ,
    published_raw VARCHAR,
    date_quality VARCHAR NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    left_at TIMESTAMPTZ,
    times_changed INTEGER NOT NULL,
    run_id VARCHAR NOT NULL,
    is_backfill BOOLEAN NOT NULL,
    article_id VARCHAR
);
COMMENT ON TABLE store.sighting IS 'One row an entry in a feed; key: feed, entry_id. Nothing is written for an entry that is as it was.';
COMMENT ON COLUMN store.sighting.feed IS 'Name of the feed.';
COMMENT ON COLUMN store.sighting.entry_id IS 'The id of the entry within its feed: its guid, or what stands in for a bad one.';
COMMENT ON COLUMN store.sighting.content_hash IS 'Hash of all that an editor can change in the entry.';
COMMENT ON COLUMN store.sighting.url IS 'The link, absolute.';
COMMENT ON COLUMN store.sighting.url_raw IS 'The link as it stood in the feed.';
COMMENT ON COLUMN store.sighting.title IS 'Title in the feed, as text.';
COMMENT ON COLUMN store.sighting.author IS 'Author in the feed.';
COMMENT ON COLUMN store.sighting.published_at IS 'Publication time, where it can be trusted.';
COMMENT ON COLUMN store.sighting.published_raw IS 'Publication time as written in the feed.';
COMMENT ON COLUMN store.sighting.date_quality IS 'exact, assumed_utc, missing, future, unreadable.';
COMMENT ON COLUMN store.sighting.first_seen_at IS 'Start of the poll that saw it first.';
COMMENT ON COLUMN store.sighting.left_at IS 'The last time it was seen, once it has left the feed; empty while it is listed.';
COMMENT ON COLUMN store.sighting.times_changed IS 'How often an edit was seen.';
COMMENT ON COLUMN store.sighting.run_id IS 'The run that saw it first.';
COMMENT ON COLUMN store.sighting.is_backfill IS 'True if a backfill brought it.';
COMMENT ON COLUMN store.sighting.article_id IS 'Its article; empty where it was rejected.';

CREATE TABLE store.article (
    article_id VARCHAR NOT NULL,
    canonical_url VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    title VARCHAR,
    author VARCHAR,
    published_at TIMESTAMPTZ,
    date_quality VARCHAR NOT NULL,
    language VARCHAR,
    text_hash VARCHAR NOT NULL,
    word_count INTEGER NOT NULL,
    summary VARCHAR,
    image_url VARCHAR,
    text_source VARCHAR NOT NULL,
    story_id VARCHAR NOT NULL,
    is_original BOOLEAN NOT NULL,
    has_credit BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    extractor VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE store.article IS 'One row an article on one site, as it is now; key: article_id. Its text is in store.body.';
COMMENT ON COLUMN store.article.article_id IS '60 bits of the SHA-256 of the canonical URL, in base 32.';
COMMENT ON COLUMN store.article.canonical_url IS 'One spelling for all the addresses of the article.';
COMMENT ON COLUMN store.article.url IS 'Address at which it was fetched, after redirects.';
COMMENT ON COLUMN store.article.site IS 'Registrable domain of the canonical URL.';
COMMENT ON COLUMN store.article.title IS 'Title on the page, or in the feed.';
COMMENT ON COLUMN store.article.author IS 'Author on the page, or in the feed.';
COMMENT ON COLUMN store.article.published_at IS 'Publication time from the feed, or from the page.';
COMMENT ON COLUMN store.article.date_quality IS 'How far published_at can be trusted.';
COMMENT ON COLUMN store.article.language IS 'As the page or the feed declares it.';
COMMENT ON COLUMN store.article.text_hash IS 'Key of the text in store.body.';
COMMENT ON COLUMN store.article.word_count IS 'Words of the text; a Chinese or Japanese character counts as one.';
COMMENT ON COLUMN store.article.summary IS 'Description on the page.';
COMMENT ON COLUMN store.article.image_url IS 'Lead image.';
COMMENT ON COLUMN store.article.text_source IS 'page or feed.';
COMMENT ON COLUMN store.article.story_id IS 'Its story.';
COMMENT ON COLUMN store.article.is_original IS 'True for the one article of its story that the others repeat.';
COMMENT ON COLUMN store.article.has_credit IS 'True if a credit was found in it.';
COMMENT ON COLUMN store.article.version IS '1, and one more for each change of its text.';
COMMENT ON COLUMN store.article.first_seen_at IS 'When it was first stored.';
COMMENT ON COLUMN store.article.fetched_at IS 'When this version was fetched.';
COMMENT ON COLUMN store.article.extractor IS 'What made the text, with its version.';
COMMENT ON COLUMN store.article.run_id IS 'The run that first stored it.';

CREATE TABLE store.body (
    text_hash VARCHAR NOT NULL,
    text VARCHAR NOT NULL USING COMPRESSION zstd
);
COMMENT ON TABLE store.body IS 'The texts, each once, only ever added to; key: text_hash.';
COMMENT ON COLUMN store.body.text_hash IS 'First 32 hex digits of the SHA-256 of the text.';
COMMENT ON COLUMN store.body.text IS 'Clean text; paragraphs are separated by a line break.';

CREATE TABLE store.article_version (
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    title VARCHAR,
    text_hash VARCHAR NOT NULL,
    trimmed VARCHAR,
    seen_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE store.article_version IS 'One row a version of an article; key: article_id, version.';
COMMENT ON COLUMN store.article_version.article_id IS 'The article.';
COMMENT ON COLUMN store.article_version.version IS '1 and up.';
COMMENT ON COLUMN store.article_version.title IS 'Its title then.';
COMMENT ON COLUMN store.article_version.text_hash IS 'Key of its text in store.body.';
COMMENT ON COLUMN store.article_version.trimmed IS 'The lines that were cut from the text, credits included.';
COMMENT ON COLUMN store.article_version.seen_at IS 'When it was fetched.';

CREATE TABLE store.article_alias (
    alias VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL
);
COMMENT ON TABLE store.article_alias IS 'The canonical form of every address that led to an article; key: alias.';
COMMENT ON COLUMN store.article_alias.alias IS 'Canonical URL of a link, of where it landed, or of rel=canonical.';
COMMENT ON COLUMN store.article_alias.article_id IS 'The article.';

CREATE TABLE store.attribution (
    article_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    source VARCHAR,
    author VARCHAR,
    url VARCHAR,
    evidence VARCHAR NOT NULL,
    confidence DOUBLE NOT NULL
);
COMMENT ON TABLE store.attribution IS 'One row a credit in the current version of an article; key: article_id, position.';
COMMENT ON COLUMN store.attribution.article_id IS 'The article.';
COMMENT ON COLUMN store.attribution.position IS 'Its place among the credits of the article.';
COMMENT ON COLUMN store.attribution.kind IS 'via, authored_by, originally_published and so on.';
COMMENT ON COLUMN store.attribution.source IS 'The outlet that is credited.';
COMMENT ON COLUMN store.attribution.author IS 'The author that is credited.';
COMMENT ON COLUMN store.attribution.url IS 'A link inside the credit.';
COMMENT ON COLUMN store.attribution.evidence IS 'The line as it stood in the article.';
COMMENT ON COLUMN store.attribution.confidence IS '0 to 1.';

CREATE TABLE store.story (
    story_id VARCHAR NOT NULL,
    title VARCHAR,
    article_count INTEGER NOT NULL,
    site_count INTEGER NOT NULL,
    original_article_id VARCHAR NOT NULL,
    first_published_at TIMESTAMPTZ,
    last_published_at TIMESTAMPTZ
);
COMMENT ON TABLE store.story IS 'One row a story, kept in step with store.article by the loader; key: story_id.';
COMMENT ON COLUMN store.story.story_id IS 'The story.';
COMMENT ON COLUMN store.story.title IS 'Title of its original.';
COMMENT ON COLUMN store.story.article_count IS 'Articles in it.';
COMMENT ON COLUMN store.story.site_count IS 'Sites that they are on.';
COMMENT ON COLUMN store.story.original_article_id IS 'The article that the others repeat.';
COMMENT ON COLUMN store.story.first_published_at IS 'Earliest trusted publication time.';
COMMENT ON COLUMN store.story.last_published_at IS 'Latest trusted publication time.';

CREATE TABLE store.story_link (
    article_id VARCHAR NOT NULL,
    matched_article_id VARCHAR NOT NULL,
    method VARCHAR NOT NULL,
    similarity DOUBLE NOT NULL,
    containment DOUBLE NOT NULL,
    story_id VARCHAR NOT NULL
);
COMMENT ON TABLE store.story_link IS 'Why an article is in its story; one row for each that is not the original.';
COMMENT ON COLUMN store.story_link.article_id IS 'The article.';
COMMENT ON COLUMN store.story_link.matched_article_id IS 'The article that it was matched with.';
COMMENT ON COLUMN store.story_link.method IS 'same_url, exact, near or contained.';
COMMENT ON COLUMN store.story_link.similarity IS 'Share of text that both have, 0 to 1.';
COMMENT ON COLUMN store.story_link.containment IS 'Share of this article that the other has, 0 to 1.';
COMMENT ON COLUMN store.story_link.story_id IS 'The story.';

CREATE TABLE store.page_fetch (
    run_id VARCHAR NOT NULL,
    feed VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    final_url VARCHAR,
    fetched_at TIMESTAMPTZ NOT NULL,
    duration_ms BIGINT NOT NULL,
    http_status INTEGER,
    bytes BIGINT NOT NULL,
    error VARCHAR,
    attempts INTEGER NOT NULL,
    next_retry_at TIMESTAMPTZ
);
COMMENT ON TABLE store.page_fetch IS 'One row a request for an article page; key: run_id, url.';
COMMENT ON COLUMN store.page_fetch.run_id IS 'The run that asked.';
COMMENT ON COLUMN store.page_fetch.feed IS 'The feed whose entry led there.';
COMMENT ON COLUMN store.page_fetch.url IS 'Address that was asked for.';
COMMENT ON COLUMN store.page_fetch.final_url IS 'Address that answered, after redirects.';
COMMENT ON COLUMN store.page_fetch.fetched_at IS 'When.';
COMMENT ON COLUMN store.page_fetch.duration_ms IS 'Milliseconds until the answer was complete.';
COMMENT ON COLUMN store.page_fetch.http_status IS 'Status of the answer; empty where none came.';
COMMENT ON COLUMN store.page_fetch.bytes IS 'Length of the page after decompression.';
COMMENT ON COLUMN store.page_fetch.error IS 'Why it was of no use; empty where it was.';
COMMENT ON COLUMN store.page_fetch.attempts IS 'Which try this was.';
COMMENT ON COLUMN store.page_fetch.next_retry_at IS 'When it is asked for again; empty where it came or never will.';

CREATE TABLE store.rejection (
    run_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    feed VARCHAR NOT NULL,
    entry_id VARCHAR,
    url VARCHAR,
    reason VARCHAR NOT NULL,
    error VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    next_retry_at TIMESTAMPTZ,
    is_final BOOLEAN NOT NULL,
    rejected_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE store.rejection IS 'One row a try that did not make an article; key: run_id, feed, entry_id.';
COMMENT ON COLUMN store.rejection.run_id IS 'The run that tried.';
COMMENT ON COLUMN store.rejection.stage IS 'poll, parse, fetch, extract.';
COMMENT ON COLUMN store.rejection.feed IS 'Name of the feed.';
COMMENT ON COLUMN store.rejection.entry_id IS 'The entry; empty where the feed itself was refused.';
COMMENT ON COLUMN store.rejection.url IS 'The link.';
COMMENT ON COLUMN store.rejection.reason IS 'A short code to count by.';
COMMENT ON COLUMN store.rejection.error IS 'What happened, for a person.';
COMMENT ON COLUMN store.rejection.attempts IS 'Which try this was.';
COMMENT ON COLUMN store.rejection.next_retry_at IS 'When it is tried again; empty where it is final.';
COMMENT ON COLUMN store.rejection.is_final IS 'True if it will not be tried again.';
COMMENT ON COLUMN store.rejection.rejected_at IS 'When.';

CREATE TABLE store.backfill_page (
    run_id VARCHAR NOT NULL,
    feed VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    entries_seen INTEGER NOT NULL,
    entries_new INTEGER NOT NULL,
    oldest_at TIMESTAMPTZ,
    newest_at TIMESTAMPTZ
);
COMMENT ON TABLE store.backfill_page IS 'One row a page of a feed''s past that a backfill has listed and loaded; key: run_id, url.';
COMMENT ON COLUMN store.backfill_page.run_id IS 'The backfill.';
COMMENT ON COLUMN store.backfill_page.feed IS 'Name of the feed.';
COMMENT ON COLUMN store.backfill_page.url IS 'Address of the page.';
COMMENT ON COLUMN store.backfill_page.fetched_at IS 'When.';
COMMENT ON COLUMN store.backfill_page.entries_seen IS 'Entries on it within the dates asked for.';
COMMENT ON COLUMN store.backfill_page.entries_new IS 'Those that the warehouse did not have.';
COMMENT ON COLUMN store.backfill_page.oldest_at IS 'Earliest date on it.';
COMMENT ON COLUMN store.backfill_page.newest_at IS 'Latest date on it.';

CREATE TABLE store.run (
    run_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    status VARCHAR NOT NULL,
    feeds_polled INTEGER NOT NULL,
    feeds_failed INTEGER NOT NULL,
    feeds_not_modified INTEGER NOT NULL,
    entries_seen INTEGER NOT NULL,
    entries_new INTEGER NOT NULL,
    entries_changed INTEGER NOT NULL,
    entries_stored INTEGER NOT NULL,
    articles_new INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    prefect_flow_run_id VARCHAR,
    version VARCHAR NOT NULL
);
COMMENT ON TABLE store.run IS 'One row a run; the counts are made when it ends, or when the next one finds that it was killed.';
COMMENT ON COLUMN store.run.run_id IS 'Time of its start and eight random digits.';
COMMENT ON COLUMN store.run.kind IS 'ingest, backfill, reprocess.';
COMMENT ON COLUMN store.run.started_at IS 'When it began.';
COMMENT ON COLUMN store.run.finished_at IS 'When it ended; empty while it runs, and where it was killed.';
COMMENT ON COLUMN store.run.status IS 'running, completed, interrupted, failed.';
COMMENT ON COLUMN store.run.feeds_polled IS 'Feeds that were asked.';
COMMENT ON COLUMN store.run.feeds_failed IS 'Feeds whose poll failed.';
COMMENT ON COLUMN store.run.feeds_not_modified IS 'Feeds that answered 304 Not Modified.';
COMMENT ON COLUMN store.run.entries_seen IS 'Entries in the documents that were read.';
COMMENT ON COLUMN store.run.entries_new IS 'Entries that the warehouse did not have.';
COMMENT ON COLUMN store.run.entries_changed IS 'Known entries that were edited.';
COMMENT ON COLUMN store.run.entries_stored IS 'New entries that have an article.';
COMMENT ON COLUMN store.run.articles_new IS 'Articles that the warehouse did not have.';
COMMENT ON COLUMN store.run.duplicates IS 'New entries that told nothing new: their story was in the warehouse, or another entry of the run brought it.';
COMMENT ON COLUMN store.run.rejected IS 'New entries that became no article.';
COMMENT ON COLUMN store.run.prefect_flow_run_id IS 'The flow run in Prefect, if it was one.';
COMMENT ON COLUMN store.run.version IS 'Version of Feedhouse.';
