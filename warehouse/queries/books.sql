-- Runs whose books do not balance: no row is what it should give. Every new entry has an article or a rejection that says why not.
SELECT
    r.run_id, r.entries_seen, r.entries_new, r.entries_changed, r.entries_stored, r.rejected,
    coalesce(x.unexplained, 0) AS unexplained
FROM store.run AS r
LEFT JOIN (
    SELECT s.run_id, count(*) AS unexplained
    FROM store.sighting AS s
    WHERE
        s.article_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM store.rejection AS j WHERE j.feed = s.feed AND j.entry_id = s.entry_id)
    GROUP BY s.run_id
) AS x USING (run_id)
WHERE
    r.status <> 'running'
    AND (
        r.entries_new <> r.entries_stored + r.rejected
        OR r.entries_seen < r.entries_new + r.entries_changed
        OR coalesce(x.unexplained, 0) > 0
    );
