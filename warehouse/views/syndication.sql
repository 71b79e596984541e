-- Who reposts whom. The source is the site of a story's original, or the credited publisher where the original was never seen; every other
-- site in the story reposts it. Similarity is with the longest telling, which is the original's or close to it.
CREATE OR REPLACE VIEW syndication AS
WITH told AS (
    SELECT
        s.story_id, coalesce(s.original_source, o.site) AS source, s.original_source IS NOT NULL AS is_unseen, o.published_at,
        l.similarity AS original_similarity
    FROM store.story AS s
    INNER JOIN store.article AS o ON o.article_id = s.original_article_id
    LEFT JOIN store.story_link AS l ON l.article_id = o.article_id
    WHERE s.site_count > 1 OR s.original_source IS NOT NULL
),
reposted AS (
    SELECT
        t.source,
        a.site AS reposter,
        a.published_at,
        CASE WHEN NOT t.is_unseen THEN date_diff('second', t.published_at, a.published_at) / 60.0 END AS lag_minutes,
        CASE WHEN NOT t.is_unseen THEN coalesce(l.similarity, t.original_similarity) END AS similarity,
        l.method = 'contained' AS is_excerpt
    FROM told AS t
    INNER JOIN store.article AS a USING (story_id)
    LEFT JOIN store.story_link AS l ON l.article_id = a.article_id
    WHERE a.site <> t.source
)
SELECT
    source,
    reposter,
    count(*) AS articles,
    count(*) FILTER (WHERE is_excerpt) AS excerpts,
    median(lag_minutes) AS median_lag_minutes,
    avg(similarity) AS mean_similarity,
    min(published_at) AS first_at,
    max(published_at) AS last_at
FROM reposted
GROUP BY source, reposter;

COMMENT ON VIEW syndication IS 'Who reposts whom: one row a source and a reposting site.';
COMMENT ON COLUMN syndication.source IS 'Site of the original; the credited publisher (its domain where known, else its name in one spelling) where the original was never seen.';
COMMENT ON COLUMN syndication.reposter IS 'Site that carries the text.';
COMMENT ON COLUMN syndication.articles IS 'Articles of that site.';
COMMENT ON COLUMN syndication.excerpts IS 'Those of them that are an excerpt; the rest are whole copies.';
COMMENT ON COLUMN syndication.median_lag_minutes IS 'Minutes from the original to the repost, the median of those with trusted dates; empty where the original was never seen.';
COMMENT ON COLUMN syndication.mean_similarity IS 'Mean share of words in common with the story''s longest telling, 0 to 1; empty where the original was never seen.';
COMMENT ON COLUMN syndication.first_at IS 'Earliest repost.';
COMMENT ON COLUMN syndication.last_at IS 'Latest repost.';
