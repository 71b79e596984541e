INSERT INTO store.poll
SELECT
    $run_id, i.feed, i.started_at, i.duration_ms, i.outcome, i.http_status, i.bytes, i.entries_seen,
    i.entries_new - coalesce(k.entries, 0), i.entries_changed, i.error, t.is_turned_over
FROM incoming_poll AS i
LEFT JOIN already_known AS k USING (feed)
LEFT JOIN turned_over AS t USING (feed)
WHERE NOT EXISTS (SELECT 1 FROM store.poll AS p WHERE p.run_id = $run_id AND p.feed = i.feed);

INSERT INTO store.page_fetch
SELECT $run_id, i.* FROM incoming_fetch AS i
WHERE NOT EXISTS (SELECT 1 FROM store.page_fetch AS p WHERE p.run_id = $run_id AND p.url = i.url);

INSERT INTO store.capture
SELECT i.*, $run_id FROM incoming_capture AS i
WHERE NOT EXISTS (SELECT 1 FROM store.capture AS c WHERE c.capture_id = i.capture_id);

INSERT INTO store.rejection
SELECT $run_id, i.*, $now FROM incoming_rejection AS i
WHERE NOT EXISTS (
    SELECT 1 FROM store.rejection AS r
    WHERE r.run_id = $run_id AND r.feed = i.feed AND r.entry_id IS NOT DISTINCT FROM i.entry_id AND r.stage = i.stage
);

INSERT INTO store.backfill_page (
    run_id, feed, url, fetched_at, entries_seen, entries_new, oldest_at, newest_at, job, position, is_whole, go_on
)
SELECT
    $run_id, i.feed, i.url, i.fetched_at, i.entries_seen, i.entries_new - coalesce(k.entries, 0), i.oldest_at, i.newest_at, i.job,
    i.position, i.is_whole, i.go_on
FROM incoming_backfill_page AS i
LEFT JOIN already_known AS k ON k.listed_by = concat(i.job, ' ', i.position, ' ', i.url);
