-- incoming_article has each article once. What is new or has another text goes on; the stories that gain or lose an article by it are
-- told anew from their articles: the result depends on the articles only, not on when they came.
--
-- Each lookup in the grown tables reads one column to find its rows and then only those rows: in a warehouse of a million articles most
-- batches find none, and cost what they cost in an empty one.
CREATE OR REPLACE TEMP TABLE known_row AS
SELECT rowid AS row_number FROM store.article WHERE article_id IN (SELECT article_id FROM incoming_article);

CREATE OR REPLACE TEMP TABLE fresh AS
SELECT i.*, a.version AS known_version, a.story_id AS known_story_id
FROM incoming_article AS i
LEFT JOIN (
    SELECT article_id, version, story_id, text_hash FROM store.article WHERE rowid IN (SELECT row_number FROM known_row)
) AS a ON a.article_id = i.article_id
WHERE a.article_id IS NULL OR (a.text_hash <> i.text_hash AND a.version < $max_versions);

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

UPDATE store.article AS a SET
    url = i.url, title = i.title, author = i.author, published_at = coalesce(i.published_at, a.published_at),
    date_quality = CASE WHEN i.published_at IS NULL THEN a.date_quality ELSE i.date_quality END, language = i.language,
    text_hash = i.text_hash, word_count = i.word_count, summary = i.summary, image_url = i.image_url, text_source = i.text_source,
    story_id = i.story_id, has_credit = i.has_credit, version = a.version + 1, fetched_at = i.fetched_at, extractor = i.extractor
FROM fresh AS i
WHERE a.article_id = i.article_id AND i.known_version IS NOT NULL;

INSERT INTO store.article (
    article_id, canonical_url, url, site, title, author, published_at, date_quality, language, text_hash, word_count, summary, image_url,
    text_source, story_id, is_original, has_credit, version, first_seen_at, fetched_at, extractor, run_id
)
SELECT
    article_id, canonical_url, url, site, title, author, published_at, date_quality, language, text_hash, word_count, summary, image_url,
    text_source, story_id, FALSE, has_credit, 1, fetched_at, fetched_at, extractor, $run_id
FROM fresh
WHERE known_version IS NULL;

INSERT INTO store.article_alias (alias, article_id)
SELECT i.alias, any_value(i.article_id)
FROM incoming_alias AS i
WHERE NOT EXISTS (SELECT 1 FROM store.article_alias AS a WHERE a.alias = i.alias)
GROUP BY i.alias;
