CREATE OR REPLACE VIEW feeds AS
SELECT
    feed,
    url,
    configured_url,
    title,
    site_url,
    format,
    CASE WHEN enabled AND is_configured THEN status ELSE 'disabled' END AS status,
    tags,
    coalesce(etag, redirect_etag) AS etag,
    coalesce(last_modified, redirect_last_modified) AS last_modified,
    interval_s,
    last_polled_at,
    last_success_at,
    last_new_at,
    next_poll_at,
    next_poll_reason,
    consecutive_failures,
    last_error
FROM store.feed;

COMMENT ON VIEW feeds IS 'One row a feed that is or was in the feeds file.';
COMMENT ON COLUMN feeds.feed IS 'Name in the feeds file.';
COMMENT ON COLUMN feeds.url IS 'Address that is polled: the configured one, or where it has moved for good.';
COMMENT ON COLUMN feeds.configured_url IS 'Address in the feeds file. Where url is another, the feed has moved for good.';
COMMENT ON COLUMN feeds.title IS 'What the feed calls itself.';
COMMENT ON COLUMN feeds.site_url IS 'The site that the feed says it belongs to.';
COMMENT ON COLUMN feeds.format IS 'rss090 to rss20, rss10, atom03, atom10, json10, json11.';
COMMENT ON COLUMN feeds.status IS 'active; failing (polled with back-off); gone (410 for days: asked once a month); disabled (or taken out of the file).';
COMMENT ON COLUMN feeds.tags IS 'As in the feeds file.';
COMMENT ON COLUMN feeds.etag IS 'Validator of the last answer, as the server wrote it.';
COMMENT ON COLUMN feeds.last_modified IS 'Validator of the last answer, as the server wrote it.';
COMMENT ON COLUMN feeds.interval_s IS 'Seconds between polls as decided last, without what the server demands and the spread between feeds.';
COMMENT ON COLUMN feeds.last_polled_at IS 'Start of the last poll.';
COMMENT ON COLUMN feeds.last_success_at IS 'Start of the last poll that was answered (304 included).';
COMMENT ON COLUMN feeds.last_new_at IS 'Start of the last poll that brought a new entry.';
COMMENT ON COLUMN feeds.next_poll_at IS 'Not polled before this time.';
COMMENT ON COLUMN feeds.next_poll_reason IS 'Why then.';
COMMENT ON COLUMN feeds.consecutive_failures IS 'Failed polls since the last success.';
COMMENT ON COLUMN feeds.last_error IS 'What the last failed poll met; empty after a success.';
