SELECT kind, source, publisher, author, url, evidence, confidence
FROM store.attribution
WHERE article_id = $article_id
ORDER BY position;
