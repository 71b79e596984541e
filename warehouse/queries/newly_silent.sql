-- Feeds that have fallen silent against their own rhythm since the last run that ended: each silence is told once. The bound is that of
-- feed_health.is_silent. Before the first run has ended nothing is news.
SELECT h.feed, epoch(h.silent_for) AS silent_for_s, epoch(h.expected_gap) AS expected_gap_s
FROM feed_health AS h
INNER JOIN feeds AS f USING (feed)
WHERE
    h.is_silent AND f.status IN ('active', 'failing')
    AND current_timestamp - h.silent_for + to_seconds(greatest(5 * epoch(h.expected_gap), 86400))
    > (SELECT max(r.finished_at) FROM runs AS r WHERE r.kind = 'ingest' AND r.status = 'completed' AND r.run_id <> $run_id)
ORDER BY h.feed;
