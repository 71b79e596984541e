-- As in load_articles, the rows that are known already are found once and then reached by their number.
CREATE OR REPLACE TEMP TABLE known_sighting AS
SELECT s.rowid AS row_number, s.feed, s.entry_id, s.content_hash, s.article_id, s.run_id, s.refetch_at
FROM store.sighting AS s
INNER JOIN incoming_sighting AS i ON s.feed = i.feed AND s.entry_id = i.entry_id;

-- Entries that came as new and that another run has stored meanwhile (a backfill beside an ingest, a run that was killed before it could
-- report): they are no longer new, and load_log takes them off the count of the poll or of the list that brought them.
CREATE OR REPLACE TEMP TABLE already_known AS
SELECT CASE WHEN i.is_polled THEN i.feed END AS feed, i.listed_by, count(*) AS entries
FROM incoming_sighting AS i
INNER JOIN known_sighting AS s ON s.feed = i.feed AND s.entry_id = i.entry_id
WHERE (i.is_polled AND s.content_hash = i.content_hash OR i.listed_by IS NOT NULL) AND s.run_id <> $run_id
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE edited_sighting AS
SELECT i.*, s.row_number, s.content_hash <> i.content_hash AS is_edited
FROM incoming_sighting AS i
INNER JOIN known_sighting AS s ON s.feed = i.feed AND s.entry_id = i.entry_id
WHERE
    s.content_hash <> i.content_hash OR (i.article_id IS NOT NULL AND s.article_id IS NULL) OR s.refetch_at IS DISTINCT FROM i.refetch_at;

-- A poll that saw an entry saved again, as it was but for its date or its markup, leaves the time at which an edit is followed as it is.
UPDATE store.sighting AS s SET
    content_hash = i.content_hash, url = i.url, url_raw = i.url_raw, title = i.title, author = i.author, published_at = i.published_at,
    published_raw = i.published_raw, date_quality = i.date_quality, times_changed = s.times_changed + i.is_edited::INTEGER,
    article_id = coalesce(i.article_id, s.article_id), feed_capture = coalesce(i.feed_capture, s.feed_capture),
    told_hash = i.told_hash,
    refetch_at = CASE WHEN i.is_polled AND s.told_hash = i.told_hash THEN coalesce(i.refetch_at, s.refetch_at) ELSE i.refetch_at END
FROM edited_sighting AS i
WHERE s.rowid = i.row_number;

INSERT INTO store.sighting (
    feed, entry_id, content_hash, url, url_raw, title, author, published_at, published_raw, date_quality, first_seen_at, left_at,
    times_changed, run_id, is_backfill, article_id, feed_capture, told_hash, times_returned, refetch_at
)
SELECT
    i.feed, i.entry_id, i.content_hash, i.url, i.url_raw, i.title, i.author, i.published_at, i.published_raw, i.date_quality, i.seen_at,
    CASE WHEN i.is_backfill THEN i.seen_at END, 0, $run_id, i.is_backfill, i.article_id, i.feed_capture, i.told_hash, 0, i.refetch_at
FROM incoming_sighting AS i
WHERE NOT EXISTS (SELECT 1 FROM known_sighting AS s WHERE s.feed = i.feed AND s.entry_id = i.entry_id);
