-- Stored articles behind a wanted one that hold a fingerprint of it which $least to $most representatives before them hold. Of
-- representatives, those alone of whose fingerprints such are at least $share.
WITH held AS MATERIALIZED (
    SELECT f.fingerprint, a.rank, a.article_id, a.fingerprint_count, a.representative_id = a.article_id AS is_representative
    FROM (SELECT DISTINCT fingerprint FROM wanted_fingerprint) AS w
    INNER JOIN store.fingerprint AS f USING (fingerprint)
    INNER JOIN store.article AS a USING (article_number)
),
counted AS (
    SELECT *, coalesce(count(*) FILTER (WHERE is_representative)
        OVER (PARTITION BY fingerprint ORDER BY rank, article_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS standing
    FROM held
)
SELECT w.article_id, c.article_id AS holder
FROM wanted_fingerprint AS w
INNER JOIN counted AS c
    ON c.fingerprint = w.fingerprint AND (c.rank > w.rank OR (c.rank = w.rank AND c.article_id > w.article_id))
WHERE c.standing BETWEEN $least AND $most
GROUP BY w.article_id, c.article_id
HAVING NOT any_value(c.is_representative) OR count(*) >= $share * any_value(c.fingerprint_count);
