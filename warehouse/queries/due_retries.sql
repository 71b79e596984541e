-- Entries whose page is to be asked for again: those without an article by their last rejection, those for which the feed's own content
-- stands in by the last request for their page, those that were edited by the time that they were given: their turn among many others,
-- or the next try where the page failed.
WITH last_rejection AS (
    SELECT feed, entry_id, max_by(attempts, rejected_at) AS attempts, max_by(next_retry_at, rejected_at) AS next_retry_at,
        max_by(is_final, rejected_at) AS is_final
    FROM store.rejection
    WHERE entry_id IS NOT NULL
    GROUP BY feed, entry_id
),
last_fetch AS (
    SELECT url, max_by(attempts, fetched_at) AS attempts, arg_max_null(next_retry_at, fetched_at) AS next_retry_at
    FROM store.page_fetch
    GROUP BY url
),
due AS (
    SELECT s.*, j.attempts, j.next_retry_at
    FROM store.sighting AS s
    INNER JOIN last_rejection AS j USING (feed, entry_id)
    WHERE s.article_id IS NULL AND NOT j.is_final AND s.refetch_at IS NULL
    UNION ALL
    SELECT s.*, p.attempts, p.next_retry_at
    FROM store.sighting AS s
    INNER JOIN last_fetch AS p USING (url)
    INNER JOIN store.article AS a USING (article_id)
    WHERE a.text_source = 'feed' AND p.next_retry_at IS NOT NULL AND s.refetch_at IS NULL
    UNION ALL
    SELECT s.*, CASE WHEN p.next_retry_at IS NULL THEN 0 ELSE p.attempts END, s.refetch_at
    FROM store.sighting AS s
    LEFT JOIN last_fetch AS p USING (url)
    WHERE s.refetch_at IS NOT NULL
)
SELECT
    feed, entry_id, content_hash, told_hash, url, url_raw, title, author, published_at, published_raw, date_quality, first_seen_at, article_id,
    is_backfill, refetch_at, attempts
FROM due
WHERE next_retry_at <= $now
ORDER BY next_retry_at, feed, entry_id
LIMIT $limit;
