-- Who reposts whom. A story whose original carries no credit is its original's: every other site in it reposts that site. Where even the
-- original credits somebody, that outlet was never polled: each article's own credit names the source, else the original's.
CREATE OR REPLACE VIEW syndication AS
WITH credited AS (
    SELECT article_id, arg_max(source, confidence) AS source
    FROM store.attribution
    WHERE source IS NOT NULL
    GROUP BY article_id
),
original AS (
    SELECT a.story_id, a.site, a.published_at, c.source
    FROM store.article AS a
    LEFT JOIN credited AS c USING (article_id)
    WHERE a.is_original AND (c.source IS NOT NULL OR a.story_id IN (SELECT story_id FROM store.story WHERE site_count > 1))
),
reposted AS (
    SELECT
        CASE WHEN o.source IS NULL THEN o.site ELSE coalesce(c.source, o.source) END AS source,
        a.site AS reposter,
        a.published_at,
        CASE WHEN o.source IS NULL THEN date_diff('second', o.published_at, a.published_at) / 60.0 END AS lag_minutes,
        l.similarity
    FROM original AS o
    INNER JOIN store.article AS a USING (story_id)
    LEFT JOIN credited AS c ON c.article_id = a.article_id
    LEFT JOIN store.story_link AS l ON l.article_id = a.article_id
    WHERE (o.source IS NULL AND a.site <> o.site) OR o.source IS NOT NULL
)
SELECT
    source,
    reposter,
    count(*) AS articles,
    median(lag_minutes) AS median_lag_minutes,
    avg(similarity) AS mean_similarity,
    min(published_at) AS first_at,
    max(published_at) AS last_at
FROM reposted
GROUP BY source, reposter;

COMMENT ON VIEW syndication IS 'Who reposts whom: one row a source and a reposting site.';
COMMENT ON COLUMN syndication.source IS 'Site of the original; the credited outlet''s name where the original was never polled.';
COMMENT ON COLUMN syndication.reposter IS 'Site that carries the text.';
COMMENT ON COLUMN syndication.articles IS 'Articles of that site.';
COMMENT ON COLUMN syndication.median_lag_minutes IS 'Minutes from the original to the repost, the median of those with trusted dates; empty where the original was never polled.';
COMMENT ON COLUMN syndication.mean_similarity IS 'Mean share of text in common with the original, 0 to 1; empty where it was never polled.';
COMMENT ON COLUMN syndication.first_at IS 'Earliest repost.';
COMMENT ON COLUMN syndication.last_at IS 'Latest repost.';
