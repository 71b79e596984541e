-- incoming_place: articles that have another representative, another match with it, or only another story id than before.
INSERT INTO touched_story
SELECT story_id FROM incoming_place
UNION
SELECT story_id FROM store.article WHERE article_id IN (SELECT article_id FROM incoming_place) AND story_id <> '';

UPDATE store.article AS a SET representative_id = i.representative_id, story_id = i.story_id
FROM incoming_place AS i
WHERE a.article_id = i.article_id;

UPDATE store.story_link AS l SET story_id = i.story_id
FROM incoming_place AS i
WHERE l.article_id = i.article_id AND i.is_renamed_only;

DELETE FROM store.story_link WHERE article_id IN (SELECT article_id FROM incoming_place WHERE NOT is_renamed_only);

INSERT INTO store.story_link (article_id, matched_article_id, method, similarity, containment, story_id)
SELECT article_id, representative_id, method, similarity, containment, story_id
FROM incoming_place
WHERE method IS NOT NULL;
