SELECT article_id, representative_id
FROM store.article
WHERE article_id IN (SELECT article_id FROM asked) AND rank IS NOT NULL;
