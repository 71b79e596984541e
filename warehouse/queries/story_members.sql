-- The articles of the stories in touched_story, with what the choice of an original goes by. A nod to whoever pointed at a piece (hat_tip) is
-- no word on where its text comes from.
CREATE OR REPLACE TEMP TABLE member AS
SELECT rowid AS row_number, article_id, canonical_url, site, title, story_id, published_at
FROM store.article
WHERE rowid IN (SELECT rowid FROM store.article WHERE story_id IN (SELECT story_id FROM touched_story));

WITH credit AS (
    SELECT
        t.article_id,
        list(DISTINCT coalesce(n.site, t.publisher)) FILTER (WHERE t.publisher IS NOT NULL) AS credited,
        list(DISTINCT t.url) FILTER (WHERE t.kind IN ('canonical', 'og_url', 'cite', 'via_link') AND t.url IS NOT NULL) AS points_to
    FROM store.attribution AS t
    LEFT JOIN store.publisher_name AS n ON n.name_key = t.publisher
    WHERE t.article_id IN (SELECT article_id FROM member) AND t.kind <> 'hat_tip'
    GROUP BY t.article_id
)
SELECT m.story_id, m.article_id, m.canonical_url, m.site, m.published_at, coalesce(c.points_to, []), coalesce(c.credited, [])
FROM member AS m
LEFT JOIN credit AS c USING (article_id)
ORDER BY m.story_id, m.article_id;
