SELECT s.title, s.site_count AS sites, o.site AS original, string_agg(a.site, ', ' ORDER BY a.published_at) AS reposted_by
FROM stories AS s
INNER JOIN articles AS o ON o.article_id = s.original_article_id
INNER JOIN articles AS a ON a.story_id = s.story_id AND NOT a.is_original
GROUP BY ALL
ORDER BY s.title;
