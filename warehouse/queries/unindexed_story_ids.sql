-- What the stories of articles are called that the index of stories does not have yet, unless an article that it has is called so already
-- and its story is not among `asked_story`.
SELECT article_id, story_id
FROM store.article
WHERE
    rank IS NULL AND story_id <> '' AND article_id IN (SELECT article_id FROM asked)
    AND story_id NOT IN (
        SELECT story_id FROM store.article
        WHERE rank IS NOT NULL AND representative_id NOT IN (SELECT article_id FROM asked_story)
    );
