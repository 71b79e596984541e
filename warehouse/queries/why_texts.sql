SELECT a.article_id, b.text
FROM store.article AS a
INNER JOIN store.body AS b USING (text_hash)
WHERE a.article_id IN (SELECT unnest($article_ids));
