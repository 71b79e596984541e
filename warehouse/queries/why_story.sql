SELECT
    a.article_id, a.site, a.url, a.published_at, a.article_id = s.original_article_id AS stands_first, s.original_reason, s.original_source,
    l.method, l.similarity, l.containment, l.matched_article_id, m.url AS matched_url
FROM store.article AS a
INNER JOIN store.story AS s USING (story_id)
LEFT JOIN store.story_link AS l USING (article_id)
LEFT JOIN store.article AS m ON m.article_id = l.matched_article_id
WHERE a.story_id = $story_id
ORDER BY stands_first DESC, a.published_at NULLS LAST, a.canonical_url;
