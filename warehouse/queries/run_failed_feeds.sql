-- Feeds whose poll failed in a run, those that have failed longest first.
SELECT p.feed, p.error, f.consecutive_failures, f.next_poll_at
FROM polls AS p
INNER JOIN feeds AS f USING (feed)
WHERE p.run_id = $run_id AND p.outcome = 'failed'
ORDER BY f.consecutive_failures DESC, p.feed
LIMIT $most;
