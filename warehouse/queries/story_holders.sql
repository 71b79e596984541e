-- Stored articles behind a wanted one that hold a fingerprint of it which $least to $most representatives before them hold. Of
-- representatives, those alone of whose fingerprints such are at least $share.
WITH counted AS (
    SELECT h.*, coalesce(count(*) FILTER (WHERE h.is_representative)
        OVER (PARTITION BY h.fingerprint ORDER BY h.rank, h.article_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS standing
    FROM held AS h
    INNER JOIN (SELECT DISTINCT fingerprint FROM wanted_fingerprint) AS w USING (fingerprint)
)
SELECT w.article_id, c.article_id AS holder
FROM wanted_fingerprint AS w
INNER JOIN counted AS c
    ON c.fingerprint = w.fingerprint AND (c.rank > w.rank OR (c.rank = w.rank AND c.article_id > w.article_id))
WHERE c.standing BETWEEN $least AND $most
GROUP BY w.article_id, c.article_id
HAVING NOT any_value(c.is_representative) OR count(*) >= $share * any_value(c.fingerprint_count);
