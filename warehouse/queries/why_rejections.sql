SELECT r.rejected_at, r.feed, r.stage, r.reason, r.error, r.attempts, r.next_retry_at, r.is_final
FROM store.rejection AS r
WHERE r.url = $url OR (r.feed, r.entry_id) IN (SELECT (feed, entry_id) FROM store.sighting WHERE url = $url OR entry_id = $canonical)
ORDER BY r.rejected_at;
