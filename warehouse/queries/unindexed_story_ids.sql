-- What the stories of asked articles are called that the index of stories does not have yet, unless an article that it has is called so
-- already and its story is not among `asked_story`.
WITH lost AS MATERIALIZED (
    SELECT article_id, story_id
    FROM store.article
    WHERE article_number IN (SELECT article_number FROM asked_article) AND rank IS NULL AND story_id <> ''
)
SELECT article_id, story_id
FROM lost
WHERE
    story_id NOT IN (
        SELECT story_id FROM store.article
        WHERE
            story_id IN (SELECT story_id FROM lost) AND rank IS NOT NULL
            AND representative_id NOT IN (SELECT article_id FROM asked_story)
    );
