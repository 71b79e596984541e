-- The stored representatives that hold a fingerprint of a wanted article and stand no further back than it; one row with NULL where more
-- than $most do. `held` is one scan of the index, filtered by a hash table of the batch's fingerprints.
WITH held AS MATERIALIZED (
    SELECT f.fingerprint, a.rank, a.article_id
    FROM (SELECT DISTINCT fingerprint FROM wanted_fingerprint) AS w
    INNER JOIN store.fingerprint AS f USING (fingerprint)
    INNER JOIN store.article AS a USING (article_number)
    WHERE a.representative_id = a.article_id
),
nearest AS MATERIALIZED (
    SELECT fingerprint, rank, article_id
    FROM held
    QUALIFY row_number() OVER (PARTITION BY fingerprint ORDER BY rank, article_id) <= $most + 1
),
full_at AS (
    SELECT fingerprint, max(rank) AS rank FROM nearest GROUP BY fingerprint HAVING count(*) > $most
)
SELECT w.article_id, w.fingerprint, n.article_id AS representative
FROM wanted_fingerprint AS w
INNER JOIN nearest AS n ON n.fingerprint = w.fingerprint AND n.rank <= w.rank
LEFT JOIN full_at AS b ON b.fingerprint = w.fingerprint
WHERE b.rank IS NULL OR w.rank < b.rank
UNION ALL
SELECT w.article_id, w.fingerprint, NULL
FROM wanted_fingerprint AS w
INNER JOIN full_at AS b ON b.fingerprint = w.fingerprint AND w.rank >= b.rank;
