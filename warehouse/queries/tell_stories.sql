-- incoming_original: the original of each story in touched_story that still has articles.
DELETE FROM store.story WHERE story_id IN (SELECT story_id FROM touched_story);

INSERT INTO store.story (
    story_id, title, article_count, site_count, original_article_id, first_published_at, last_published_at, original_reason, original_source
)
SELECT
    m.story_id, any_value(m.title) FILTER (WHERE m.article_id = o.article_id), count(*), count(DISTINCT m.site), o.article_id,
    min(m.published_at), max(m.published_at), o.reason, o.source
FROM member AS m
INNER JOIN incoming_original AS o USING (story_id)
GROUP BY m.story_id, o.article_id, o.reason, o.source;

UPDATE store.article AS a SET is_original = m.is_original
FROM (
    SELECT m.row_number, m.article_id = o.article_id AND o.reason <> 'unseen' AS is_original
    FROM member AS m
    INNER JOIN incoming_original AS o USING (story_id)
) AS m
WHERE a.rowid = m.row_number AND a.is_original <> m.is_original;
