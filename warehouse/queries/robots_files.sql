SELECT r.origin, r.body, r.fetched_at
FROM store.robots_file AS r
INNER JOIN asked AS k USING (origin);
