-- Everything that was made, or could not be made, from bytes that are kept, in the order in which those bytes stand in the archive: each
-- version of an article, and each entry without one. What this version of the program has made again in a reprocess that was not completed
-- is left out. The body of a revisit stands in the capture that has its digest.
WITH whole AS (
    SELECT digest, min_by(file, (file, "offset")) AS file, min_by("offset", (file, "offset")) AS "offset"
    FROM store.capture
    WHERE NOT is_revisit
    GROUP BY digest
),
kept AS (
    SELECT c.capture_id, c.url, c.final_url, c.http_status, c.content_type, c.fetched_at, w.file, w."offset"
    FROM store.capture AS c
    INNER JOIN whole AS w USING (digest)
),
last_page AS (
    SELECT url, max_by(capture_id, fetched_at) AS capture_id
    FROM store.capture
    WHERE kind = 'page'
    GROUP BY url
),
unfinished AS (
    SELECT run_id
    FROM store.run
    WHERE
        kind = 'reprocess' AND version = $program
        AND started_at > coalesce((SELECT max(started_at) FROM store.run WHERE kind = 'reprocess' AND status = 'completed'), '-infinity')
),
made AS (
    SELECT
        v.article_id, v.version, a.canonical_url, v.whole_hash, v.text_hash, v.cut, v.seen_at, v.feed, v.entry_id,
        v.feed_capture, v.page_capture
    FROM store.article_version AS v
    INNER JOIN store.article AS a USING (article_id)
    WHERE NOT EXISTS (
        SELECT 1 FROM store.reprocessed AS r
        WHERE r.article_id = v.article_id AND r.version = v.version AND r.run_id IN (SELECT run_id FROM unfinished)
    )
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, s.first_seen_at, s.feed, s.entry_id, s.feed_capture, p.capture_id
    FROM store.sighting AS s
    LEFT JOIN last_page AS p USING (url)
    WHERE s.article_id IS NULL
)
SELECT
    m.article_id, m.version, m.canonical_url, m.whole_hash, m.text_hash, m.cut, m.seen_at, f.url AS feed_url,
    s.feed, s.entry_id, s.content_hash, s.url, s.url_raw, s.title, s.author, s.published_at, s.published_raw, s.date_quality,
    s.first_seen_at, s.article_id AS sighted_article_id, s.is_backfill, s.feed_capture, s.told_hash, s.refetch_at,
    d.capture_id, d.url, d.final_url, d.http_status, d.content_type, d.fetched_at, d.file, d."offset",
    p.capture_id, p.url, p.final_url, p.http_status, p.content_type, p.fetched_at, p.file, p."offset"
FROM made AS m
INNER JOIN store.sighting AS s ON s.feed = m.feed AND s.entry_id = m.entry_id
INNER JOIN store.feed AS f ON f.feed = m.feed
LEFT JOIN kept AS d ON d.capture_id = m.feed_capture
LEFT JOIN kept AS p ON p.capture_id = m.page_capture
WHERE
    (d.capture_id IS NOT NULL OR p.capture_id IS NOT NULL)
    AND ($since IS NULL OR m.seen_at >= $since)
    AND (len($feeds) = 0 OR m.feed IN (SELECT unnest($feeds)))
ORDER BY d.file NULLS FIRST, d."offset", p.file, p."offset", m.article_id, m.version;
