-- The stories in touched_story, told anew from their articles: the result depends on the articles only, not on when they came.
CREATE OR REPLACE TEMP TABLE member_row AS
SELECT rowid AS row_number FROM store.article WHERE story_id IN (SELECT story_id FROM touched_story);

CREATE OR REPLACE TEMP TABLE member AS
SELECT
    rowid AS row_number, story_id, article_id, site, title, published_at, is_original,
    row_number() OVER (PARTITION BY story_id ORDER BY has_credit, published_at NULLS LAST, canonical_url) = 1 AS is_first
FROM store.article
WHERE rowid IN (SELECT row_number FROM member_row);

UPDATE store.article AS a SET is_original = m.is_first
FROM member AS m
WHERE a.rowid = m.row_number AND m.is_original <> m.is_first;

DELETE FROM store.story WHERE story_id IN (SELECT story_id FROM touched_story);

INSERT INTO store.story (story_id, title, article_count, site_count, original_article_id, first_published_at, last_published_at)
SELECT
    story_id, any_value(title) FILTER (WHERE is_first), count(*), count(DISTINCT site), any_value(article_id) FILTER (WHERE is_first),
    min(published_at), max(published_at)
FROM member
GROUP BY story_id;

DELETE FROM store.story_link WHERE story_id IN (SELECT story_id FROM touched_story);

INSERT INTO store.story_link (article_id, matched_article_id, method, similarity, containment, story_id)
SELECT m.article_id, f.article_id, 'exact', 1.0, 1.0, m.story_id
FROM member AS m
INNER JOIN member AS f ON f.story_id = m.story_id AND f.is_first
WHERE NOT m.is_first;
