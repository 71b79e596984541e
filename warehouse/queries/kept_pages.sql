-- The last page that is kept of each address, and where its body stands: in itself, or in the capture that has its digest.
WITH page AS (
    SELECT c.url, max_by(c, c.fetched_at) AS c
    FROM store.capture AS c
    INNER JOIN asked AS k ON k.url = c.url
    WHERE c.kind = 'page'
    GROUP BY c.url
)
SELECT p.c.capture_id, p.url, p.c.final_url, p.c.http_status, p.c.content_type, p.c.fetched_at, w.file, w."offset"
FROM page AS p
INNER JOIN store.capture AS w ON w.digest = p.c.digest AND NOT w.is_revisit
QUALIFY row_number() OVER (PARTITION BY p.url ORDER BY w.file, w."offset") = 1;
