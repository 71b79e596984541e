-- Articles that hold a fingerprint of a wanted article and stand no further ahead than it, by fingerprints that $least to $most
-- representatives no further back than the article hold.
WITH held AS MATERIALIZED (
    SELECT f.fingerprint, a.rank, a.article_id, a.representative_id = a.article_id AS is_representative
    FROM (SELECT DISTINCT fingerprint FROM wanted_fingerprint) AS w
    INNER JOIN store.fingerprint AS f USING (fingerprint)
    INNER JOIN store.article AS a USING (article_number)
),
counted AS (
    SELECT
        fingerprint, rank, article_id,
        count(*) FILTER (WHERE is_representative) OVER (PARTITION BY fingerprint ORDER BY rank RANGE UNBOUNDED PRECEDING) AS standing
    FROM held
)
SELECT DISTINCT w.article_id, c.article_id AS holder
FROM wanted_fingerprint AS w
INNER JOIN counted AS c ON c.fingerprint = w.fingerprint AND c.rank >= w.rank
WHERE c.standing BETWEEN $least AND $most;
