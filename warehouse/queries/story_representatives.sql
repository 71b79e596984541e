-- For each fingerprint of a wanted article: how many stored representatives before it hold that, and those of them which share at least
-- $share of the wanted article's fingerprints. Of fingerprints that more than $most hold, the number alone.
WITH standing AS MATERIALIZED (
    SELECT h.fingerprint, h.rank, h.article_id
    FROM held AS h
    INNER JOIN (SELECT DISTINCT fingerprint FROM wanted_fingerprint) AS w USING (fingerprint)
    WHERE h.is_representative
    QUALIFY row_number() OVER (PARTITION BY h.fingerprint ORDER BY h.rank, h.article_id) <= $most + 1
),
before AS MATERIALIZED (
    SELECT w.article_id, w.fingerprint, h.article_id AS representative,
        count(*) OVER (PARTITION BY w.article_id, w.fingerprint) AS standing
    FROM wanted_fingerprint AS w
    INNER JOIN standing AS h ON h.fingerprint = w.fingerprint AND (h.rank < w.rank OR (h.rank = w.rank AND h.article_id < w.article_id))
),
near AS (
    SELECT b.article_id, b.representative
    FROM before AS b
    INNER JOIN (SELECT article_id, count(*) AS fingerprints FROM wanted_fingerprint GROUP BY article_id) AS w USING (article_id)
    WHERE b.standing <= $most
    GROUP BY b.article_id, b.representative
    HAVING count(*) >= $share * any_value(w.fingerprints)
)
SELECT b.article_id, b.fingerprint, any_value(b.standing) AS standing,
    coalesce(list(n.representative) FILTER (WHERE n.representative IS NOT NULL AND b.standing <= $most), []) AS representatives
FROM before AS b
LEFT JOIN near AS n ON n.article_id = b.article_id AND n.representative = b.representative
GROUP BY b.article_id, b.fingerprint;
