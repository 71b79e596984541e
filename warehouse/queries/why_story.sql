SELECT a.site, a.url, a.published_at, a.is_original, a.has_credit, l.method, l.similarity
FROM store.article AS a
LEFT JOIN store.story_link AS l USING (article_id)
WHERE a.story_id = $story_id
ORDER BY a.is_original DESC, a.published_at NULLS LAST, a.canonical_url;
