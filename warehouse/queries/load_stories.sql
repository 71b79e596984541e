-- The stories that this batch touched, told anew from their articles: the result depends on the articles only, not on when they came.
CREATE OR REPLACE TEMP TABLE member AS
SELECT
    a.story_id, a.article_id, a.site, a.title, a.published_at, a.is_original,
    row_number() OVER (PARTITION BY a.story_id ORDER BY a.has_credit, a.published_at NULLS LAST, a.canonical_url) = 1 AS is_first
FROM store.article AS a
WHERE a.story_id IN (SELECT story_id FROM touched_story);

DELETE FROM store.story WHERE story_id IN (SELECT story_id FROM touched_story);

INSERT INTO store.story (story_id, title, article_count, site_count, original_article_id, first_published_at, last_published_at)
SELECT
    story_id, any_value(title) FILTER (WHERE is_first), count(*), count(DISTINCT site), any_value(article_id) FILTER (WHERE is_first),
    min(published_at), max(published_at)
FROM member
GROUP BY story_id;

UPDATE store.article AS a SET is_original = m.is_first
FROM member AS m
WHERE a.article_id = m.article_id AND m.is_original <> m.is_first;

DELETE FROM store.story_link
WHERE story_id IN (SELECT story_id FROM touched_story) OR article_id IN (SELECT article_id FROM fresh WHERE known_version IS NOT NULL);

INSERT INTO store.story_link (article_id, matched_article_id, method, similarity, containment, story_id)
SELECT m.article_id, s.original_article_id, 'exact', 1.0, 1.0, m.story_id
FROM member AS m
INNER JOIN store.story AS s USING (story_id)
WHERE NOT m.is_first;
