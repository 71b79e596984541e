-- The rhythm is that of the entries' own trusted dates where a feed has them, else of when they were first seen.
CREATE OR REPLACE VIEW feed_health AS
WITH entry AS (
    SELECT feed, coalesce(published_at, first_seen_at) AS dated_at
    FROM store.sighting
    WHERE NOT is_backfill
),
gap AS (
    SELECT feed, dated_at, epoch(dated_at) - epoch(lag(dated_at) OVER (PARTITION BY feed ORDER BY dated_at)) AS seconds
    FROM entry
),
rhythm AS (
    SELECT
        feed,
        max(dated_at) AS newest_at,
        count(*) AS entries,
        quantile_cont(seconds, 0.5) FILTER (WHERE seconds > 0) AS median_gap,
        count(*) / nullif(greatest(epoch(max(dated_at)) - epoch(min(dated_at)), 86400) / 86400, 0) AS entries_per_day
    FROM gap
    GROUP BY feed
),
polled AS (
    SELECT
        feed,
        avg(CASE WHEN outcome = 'failed' THEN 0.0 ELSE 1.0 END) FILTER (WHERE outcome <> 'skipped') AS success_rate
    FROM store.poll
    GROUP BY feed
),
overrun AS (
    SELECT p.feed, count(*) AS times
    FROM store.poll AS p
    INNER JOIN store.feed AS f USING (feed)
    WHERE p.turned_over AND p.started_at > f.last_polled_at - INTERVAL 30 DAY
    GROUP BY p.feed
)
SELECT
    f.feed,
    r.entries_per_day,
    to_seconds(r.median_gap) AS expected_gap,
    to_seconds(greatest(epoch(current_timestamp) - epoch(coalesce(r.newest_at, f.last_new_at)), 0)) AS silent_for,
    coalesce(
        r.entries >= 3 AND epoch(current_timestamp) - epoch(r.newest_at) > greatest(5 * r.median_gap, 86400), FALSE
    ) AS is_silent,
    coalesce(o.times, 0) > 0 AS window_overrun,
    p.success_rate
FROM store.feed AS f
LEFT JOIN rhythm AS r USING (feed)
LEFT JOIN polled AS p USING (feed)
LEFT JOIN overrun AS o USING (feed);

COMMENT ON VIEW feed_health IS 'One row a feed: its rhythm, and whether it keeps to it.';
COMMENT ON COLUMN feed_health.feed IS 'Name of the feed.';
COMMENT ON COLUMN feed_health.entries_per_day IS 'Entries a day over the time that its entries span.';
COMMENT ON COLUMN feed_health.expected_gap IS 'Median time between two entries.';
COMMENT ON COLUMN feed_health.silent_for IS 'Time since its newest entry.';
COMMENT ON COLUMN feed_health.is_silent IS 'True if that is over a day and over five times the expected gap (three entries at least).';
COMMENT ON COLUMN feed_health.window_overrun IS 'True if in the last 30 days the feed turned over whole between two polls, nothing of the one left at the other: entries were probably lost.';
COMMENT ON COLUMN feed_health.success_rate IS 'Share of polls that were answered, 0 to 1.';
