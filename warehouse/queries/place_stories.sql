-- incoming_place: articles that have another representative, another match with it, or only another story id than before.
CREATE OR REPLACE TEMP TABLE placed AS
SELECT i.*, a.article_number FROM incoming_place AS i INNER JOIN asked_article AS a USING (article_id);

INSERT INTO touched_story
SELECT story_id FROM placed
UNION
SELECT story_id FROM store.article WHERE article_number IN (SELECT article_number FROM placed) AND story_id <> '';

UPDATE store.article AS a SET representative_id = i.representative_id, story_id = i.story_id
FROM placed AS i
WHERE a.article_number = i.article_number;

UPDATE store.story_link AS l SET story_id = i.story_id
FROM placed AS i
WHERE l.article_id = i.article_id AND i.is_renamed_only;

DELETE FROM store.story_link WHERE article_id IN (SELECT article_id FROM placed WHERE NOT is_renamed_only);

INSERT INTO store.story_link (article_id, matched_article_id, method, similarity, containment, story_id)
SELECT article_id, representative_id, method, similarity, containment, story_id
FROM placed
WHERE method IS NOT NULL;
