-- Stories that a run was the first to bring, the widest carried first.
SELECT
    s.title, s.site_count AS sites, s.article_count AS articles,
    first(a.url ORDER BY a.article_id = s.original_article_id DESC) AS url,
    s.story_id
FROM stories AS s
INNER JOIN store.article AS a USING (story_id)
GROUP BY ALL
HAVING bool_and(a.run_id = $run_id)
ORDER BY s.site_count DESC, s.article_count DESC, s.title, s.story_id
LIMIT $most;
