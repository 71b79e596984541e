SELECT article_id, representative_id
FROM store.article
WHERE article_number IN (SELECT article_number FROM asked_article) AND rank IS NOT NULL;
