-- The sites with the most articles, and how many of these repeat another site's.
SELECT
    a.site,
    count(*) AS articles,
    count(*) FILTER (
        WHERE (s.site_count > 1 OR s.original_source IS NOT NULL) AND a.site <> coalesce(s.original_source, o.site)
    ) AS reposts
FROM articles AS a
INNER JOIN stories AS s USING (story_id)
INNER JOIN articles AS o ON o.article_id = s.original_article_id
WHERE $since::TIMESTAMPTZ IS NULL OR coalesce(a.published_at, a.first_seen_at) >= $since::TIMESTAMPTZ
GROUP BY a.site
ORDER BY articles DESC, a.site
LIMIT $most;
