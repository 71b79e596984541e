-- One capture a body: where two runs at once kept it twice, the first by name.
SELECT
    c.capture_id, c.kind, c.url, c.final_url, c.fetched_at, c.http_status, c.content_type, c.digest, c.bytes, c.file, c."offset", c.length,
    c.is_revisit
FROM store.capture AS c
INNER JOIN asked AS k ON c.digest = k.digest
WHERE NOT c.is_revisit
QUALIFY row_number() OVER (PARTITION BY c.digest ORDER BY c.file, c."offset") = 1;
