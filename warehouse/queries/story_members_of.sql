SELECT representative_id, article_id, story_id
FROM store.article
WHERE representative_id IN (SELECT article_id FROM asked);
