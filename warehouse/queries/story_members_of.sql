-- The articles of the stories that asked_story represent: they and those matched with them are in asked_article. What the index lost may
-- still be linked.
SELECT representative_id, article_id, story_id
FROM store.article
WHERE article_number IN (SELECT article_number FROM asked_article) AND representative_id IN (SELECT article_id FROM asked_story);
