-- Entries that left their feed are dated with the last poll that still saw them, before that date is replaced; those that came back are listed again.
UPDATE store.sighting AS s SET left_at = coalesce(f.last_success_at, s.first_seen_at)
FROM store.feed AS f
WHERE
    s.feed = f.feed
    AND s.left_at IS NULL
    AND s.feed IN (SELECT feed FROM incoming_listed)
    AND NOT EXISTS (SELECT 1 FROM incoming_listed AS i WHERE i.feed = s.feed AND i.entry_id = s.entry_id);

UPDATE store.sighting AS s SET left_at = NULL
FROM incoming_listed AS i
WHERE s.feed = i.feed AND s.entry_id = i.entry_id AND s.left_at IS NOT NULL;

MERGE INTO store.feed AS f
USING incoming_state AS i ON f.feed = i.feed
WHEN MATCHED THEN UPDATE SET
    url = i.url, status = i.status, etag = i.etag, last_modified = i.last_modified, body_hash = i.body_hash, interval_s = i.interval_s,
    last_polled_at = i.last_polled_at, last_success_at = i.last_success_at, last_new_at = i.last_new_at, next_poll_at = i.next_poll_at,
    next_poll_reason = i.next_poll_reason, consecutive_failures = i.consecutive_failures, last_error = i.last_error,
    moved_to = i.moved_to, moved_count = i.moved_count, gone_count = i.gone_count,
    title = coalesce(i.title, f.title), site_url = coalesce(i.site_url, f.site_url), format = coalesce(i.format, f.format);

INSERT INTO store.feed (feed, configured_url, is_configured, enabled, tags, url, status, consecutive_failures, moved_count, gone_count)
SELECT i.feed, any_value(i.url), FALSE, FALSE, [], any_value(i.url), 'active', 0, 0, 0
FROM incoming_source AS i
WHERE NOT EXISTS (SELECT 1 FROM store.feed AS f WHERE f.feed = i.feed)
GROUP BY i.feed;
