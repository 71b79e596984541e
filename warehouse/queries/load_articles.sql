-- incoming_article has each article once. What is new or has another text goes on; stories that gain or lose an article are remembered.
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT i.*, a.version AS known_version, a.story_id AS known_story_id
FROM incoming_article AS i
LEFT JOIN store.article AS a ON a.article_id = i.article_id
WHERE a.article_id IS NULL OR a.text_hash <> i.text_hash;

CREATE OR REPLACE TEMP TABLE touched_story AS
SELECT story_id FROM fresh
UNION
SELECT known_story_id FROM fresh WHERE known_story_id IS NOT NULL;

INSERT INTO store.body (text_hash, text)
SELECT text_hash, any_value(text)
FROM fresh
WHERE text_hash NOT IN (SELECT b.text_hash FROM store.body AS b WHERE b.text_hash IN (SELECT f.text_hash FROM fresh AS f))
GROUP BY text_hash;

INSERT INTO store.article_version (article_id, version, title, text_hash, trimmed, seen_at)
SELECT article_id, coalesce(known_version, 0) + 1, title, text_hash, trimmed, fetched_at
FROM fresh;

DELETE FROM store.attribution WHERE article_id IN (SELECT article_id FROM fresh WHERE known_version IS NOT NULL);

INSERT INTO store.attribution (article_id, position, kind, source, author, url, evidence, confidence)
SELECT c.article_id, c.position, c.kind, c.source, c.author, c.url, c.evidence, c.confidence
FROM incoming_credit AS c
WHERE c.article_id IN (SELECT article_id FROM fresh);

MERGE INTO store.article AS a
USING fresh AS i ON a.article_id = i.article_id
WHEN MATCHED THEN UPDATE SET
    url = i.url, title = i.title, author = i.author, published_at = coalesce(i.published_at, a.published_at),
    date_quality = CASE WHEN i.published_at IS NULL THEN a.date_quality ELSE i.date_quality END, language = i.language,
    text_hash = i.text_hash, word_count = i.word_count, summary = i.summary, image_url = i.image_url, text_source = i.text_source,
    story_id = i.story_id, is_original = FALSE, has_credit = i.has_credit, version = a.version + 1, fetched_at = i.fetched_at,
    extractor = i.extractor
WHEN NOT MATCHED THEN INSERT (
    article_id, canonical_url, url, site, title, author, published_at, date_quality, language, text_hash, word_count, summary, image_url,
    text_source, story_id, is_original, has_credit, version, first_seen_at, fetched_at, extractor, run_id
) VALUES (
    i.article_id, i.canonical_url, i.url, i.site, i.title, i.author, i.published_at, i.date_quality, i.language, i.text_hash,
    i.word_count, i.summary, i.image_url, i.text_source, i.story_id, FALSE, i.has_credit, 1, i.fetched_at, i.fetched_at, i.extractor, $run_id
);

INSERT INTO store.article_alias (alias, article_id)
SELECT i.alias, any_value(i.article_id)
FROM incoming_alias AS i
WHERE NOT EXISTS (SELECT 1 FROM store.article_alias AS a WHERE a.alias = i.alias)
GROUP BY i.alias;
