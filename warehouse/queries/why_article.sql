SELECT
    a.article_id, a.canonical_url, a.url, a.site, a.title, a.author, a.published_at, a.date_quality, a.text_source, a.extractor,
    a.word_count, a.version, a.fetched_at, a.story_id, a.is_original, v.trimmed, v.cut
FROM store.article AS a
LEFT JOIN store.article_version AS v ON v.article_id = a.article_id AND v.version = a.version
WHERE a.article_id = $article_id;
