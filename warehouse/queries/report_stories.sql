-- The stories that the most sites carry.
SELECT
    s.title, s.site_count, s.article_count, s.first_published_at, coalesce(s.original_source, o.site) AS source, o.url,
    s.original_source IS NOT NULL AS is_unseen, s.original_reason,
    list_sort(list_distinct(array_agg(a.site)))[:12] AS sites
FROM stories AS s
INNER JOIN articles AS o ON o.article_id = s.original_article_id
INNER JOIN articles AS a ON a.story_id = s.story_id
WHERE s.site_count > 1 AND ($since::TIMESTAMPTZ IS NULL OR s.last_published_at >= $since::TIMESTAMPTZ)
GROUP BY ALL
ORDER BY s.site_count DESC, s.article_count DESC, s.first_published_at DESC NULLS LAST, s.title
LIMIT $most;
