-- Entries that came as new and that another run has stored meanwhile (a backfill beside an ingest, a run that was killed before it could
-- report): they are no longer new, and load_log takes them off the poll's count.
CREATE OR REPLACE TEMP TABLE already_known AS
SELECT i.feed, count(*) AS entries
FROM incoming_sighting AS i
INNER JOIN store.sighting AS s ON s.feed = i.feed AND s.entry_id = i.entry_id
WHERE i.is_polled AND s.content_hash = i.content_hash AND s.run_id <> $run_id
GROUP BY i.feed;

MERGE INTO store.sighting AS s
USING incoming_sighting AS i ON s.feed = i.feed AND s.entry_id = i.entry_id
WHEN MATCHED AND s.content_hash <> i.content_hash THEN UPDATE SET
    content_hash = i.content_hash, url = i.url, url_raw = i.url_raw, title = i.title, author = i.author, published_at = i.published_at,
    published_raw = i.published_raw, date_quality = i.date_quality, times_changed = s.times_changed + 1,
    article_id = coalesce(i.article_id, s.article_id)
WHEN MATCHED AND i.article_id IS NOT NULL AND s.article_id IS NULL THEN UPDATE SET article_id = i.article_id
WHEN NOT MATCHED THEN INSERT (
    feed, entry_id, content_hash, url, url_raw, title, author, published_at, published_raw, date_quality, first_seen_at, left_at,
    times_changed, run_id, is_backfill, article_id
) VALUES (
    i.feed, i.entry_id, i.content_hash, i.url, i.url_raw, i.title, i.author, i.published_at, i.published_raw, i.date_quality, i.seen_at,
    CASE WHEN i.is_backfill THEN i.seen_at END, 0, $run_id, i.is_backfill, i.article_id
);
