-- Feeds of which nothing is left that they listed at the last poll, looked at before that is brought up to date. One that lists a single
-- entry turns over whenever it has a new one.
CREATE OR REPLACE TEMP TABLE turned_over AS
WITH listing AS (
    SELECT feed, count(*) AS entries FROM incoming_listed GROUP BY feed
),
present AS (
    SELECT s.feed, count(i.entry_id) AS still_there
    FROM store.sighting AS s
    INNER JOIN listing AS l ON s.feed = l.feed
    LEFT JOIN incoming_listed AS i ON i.feed = s.feed AND i.entry_id = s.entry_id
    WHERE s.left_at IS NULL
    GROUP BY s.feed
)
SELECT l.feed, l.entries > 1 AND coalesce(p.still_there = 0, FALSE) AS is_turned_over
FROM listing AS l
LEFT JOIN present AS p USING (feed);

-- Entries that left their feed are dated with the last poll that still saw them, before that date is replaced; those that came back are listed again.
UPDATE store.sighting AS s SET left_at = coalesce(f.last_success_at, s.first_seen_at)
FROM store.feed AS f
WHERE
    s.feed = f.feed
    AND s.left_at IS NULL
    AND s.feed IN (SELECT feed FROM incoming_listed)
    AND NOT EXISTS (SELECT 1 FROM incoming_listed AS i WHERE i.feed = s.feed AND i.entry_id = s.entry_id);

UPDATE store.sighting AS s SET left_at = NULL, times_returned = coalesce(s.times_returned, 0) + (NOT s.is_backfill)::INTEGER
FROM incoming_listed AS i
WHERE s.feed = i.feed AND s.entry_id = i.entry_id AND s.left_at IS NOT NULL;

MERGE INTO store.feed AS f
USING incoming_state AS i ON f.feed = i.feed
WHEN MATCHED THEN UPDATE SET
    url = i.url, status = i.status, etag = i.etag, last_modified = i.last_modified, redirect_url = i.redirect_url, redirect_etag =
    i.redirect_etag, redirect_last_modified = i.redirect_last_modified, body_hash = i.body_hash, interval_s = i.interval_s,
    last_polled_at = i.last_polled_at, last_success_at = i.last_success_at, last_new_at = i.last_new_at, next_poll_at = i.next_poll_at,
    next_poll_reason = i.next_poll_reason, consecutive_failures = i.consecutive_failures, last_error = i.last_error, moved_to =
    i.moved_to, moved_count = i.moved_count, moved_since = i.moved_since, gone_count = i.gone_count, gone_since = i.gone_since, ttl_s =
    i.ttl_s, update_interval_s = i.update_interval_s, update_base = i.update_base, skip_hours = i.skip_hours, skip_days = i.skip_days,
    arrivals = i.arrivals, observed_s = i.observed_s, listed = i.listed, turnover_s = i.turnover_s, last_new = i.last_new, last_gap_s =
    i.last_gap_s,
    title = coalesce(i.title, f.title), site_url = coalesce(i.site_url, f.site_url), format = coalesce(i.format, f.format);

INSERT INTO store.feed (feed, configured_url, is_configured, enabled, tags, url, status, consecutive_failures, moved_count, gone_count)
SELECT i.feed, any_value(i.url), FALSE, FALSE, [], any_value(i.url), 'active', 0, 0, 0
FROM incoming_source AS i
WHERE NOT EXISTS (SELECT 1 FROM store.feed AS f WHERE f.feed = i.feed)
GROUP BY i.feed;
MERGE INTO store.host_wait AS w
USING incoming_host_wait AS i ON w.scope = i.scope
WHEN MATCHED THEN UPDATE SET until = greatest(w.until, i.until)
WHEN NOT MATCHED THEN INSERT (scope, until) VALUES (i.scope, i.until);

MERGE INTO store.robots_file AS r
USING incoming_robots_file AS i ON r.origin = i.origin
WHEN MATCHED THEN UPDATE SET body = i.body, fetched_at = i.fetched_at
WHEN NOT MATCHED THEN INSERT (origin, body, fetched_at) VALUES (i.origin, i.body, i.fetched_at);
