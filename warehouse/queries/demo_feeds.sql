SELECT p.feed, f.format, p.outcome, p.entries_seen AS entries, p.entries_new AS new, left(p.error, 70) AS trouble
FROM polls AS p
INNER JOIN feeds AS f USING (feed)
WHERE p.run_id = (SELECT min(run_id) FROM runs)
ORDER BY p.feed;
