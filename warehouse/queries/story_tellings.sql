-- The articles of asked_article that the index of stories has.
SELECT article_id, site, title, text_hash
FROM store.article
WHERE article_number IN (SELECT article_number FROM asked_article) AND rank IS NOT NULL;
