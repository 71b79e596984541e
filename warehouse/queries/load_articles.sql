-- incoming_article has each article once. What is new, has another text, or another title in the entry that it was made from before, goes on
-- as `fresh`; settling then cuts the texts and tells the stories; title and hash of the text are what they were, or those of the whole text,
-- until then.
--
-- Each lookup in the grown tables reads one column to find its rows and then only those rows: in a warehouse of a million articles most
-- batches find none, and cost what they cost in an empty one.
CREATE OR REPLACE TEMP TABLE known_row AS
SELECT rowid AS row_number FROM store.article WHERE article_id IN (SELECT article_id FROM incoming_article);

CREATE OR REPLACE TEMP TABLE fresh AS
SELECT
    i.*, a.version AS known_version, coalesce(a.version, 0) + 1 AS version,
    coalesce(
        a.article_number,
        (SELECT coalesce(max(article_number), 0) FROM store.article)
        + row_number() OVER (PARTITION BY a.article_id IS NULL ORDER BY i.article_id)
    )::INTEGER AS article_number
FROM incoming_article AS i
LEFT JOIN (
    SELECT k.article_id, k.article_number, k.version, k.whole_hash, v.feed, v.entry_id, v.title
    FROM (SELECT article_id, article_number, version, whole_hash FROM store.article WHERE rowid IN (SELECT row_number FROM known_row)) AS k
    LEFT JOIN store.article_version AS v USING (article_id, version)
) AS a ON a.article_id = i.article_id
WHERE
    a.article_id IS NULL
    OR (
        a.version < $max_versions
        AND (a.whole_hash <> i.text_hash OR (a.feed = i.feed AND a.entry_id = i.entry_id AND a.title IS DISTINCT FROM i.title))
    );

INSERT INTO store.article_version (
    article_id, version, title, text_hash, whole_hash, trimmed, seen_at, feed, entry_id, feed_capture, page_capture
)
SELECT article_id, version, title, text_hash, text_hash, trimmed, fetched_at, feed, entry_id, feed_capture, page_capture
FROM fresh;

DELETE FROM store.attribution WHERE article_id IN (SELECT article_id FROM fresh WHERE known_version IS NOT NULL);

INSERT INTO store.attribution (article_id, position, kind, source, author, url, evidence, confidence, publisher)
SELECT c.article_id, c.position, c.kind, c.source, c.author, c.url, c.evidence, c.confidence, c.publisher
FROM incoming_credit AS c
WHERE c.article_id IN (SELECT article_id FROM fresh);

UPDATE store.article AS a SET
    url = i.url, author = i.author, published_at = coalesce(i.published_at, a.published_at),
    date_quality = CASE WHEN i.published_at IS NULL THEN a.date_quality ELSE i.date_quality END, language = i.language,
    page_title = i.page_title, page_author = i.page_author, page_published_at = i.page_published_at, site_name = i.site_name,
    keywords = i.keywords, whole_hash = i.text_hash, summary = i.summary, image_url = i.image_url, text_source = i.text_source,
    version = i.version, fetched_at = i.fetched_at, extractor = i.extractor
FROM fresh AS i
WHERE a.article_id = i.article_id AND i.known_version IS NOT NULL;

INSERT INTO store.article (
    article_number, article_id, canonical_url, url, site, title, author, published_at, date_quality, language, text_hash, whole_hash,
    word_count, summary, image_url, text_source, story_id, is_original, version, first_seen_at, fetched_at, extractor, run_id, page_title,
    page_author, page_published_at, site_name, keywords
)
SELECT
    article_number, article_id, canonical_url, url, site, title, author, published_at, date_quality, language, text_hash, text_hash,
    word_count, summary, image_url, text_source, '', FALSE, 1, $now, fetched_at, extractor, $run_id, page_title,
    page_author, page_published_at, site_name, keywords
FROM fresh
WHERE known_version IS NULL;

INSERT INTO store.article_alias (alias, article_id)
SELECT i.alias, any_value(i.article_id)
FROM incoming_alias AS i
WHERE NOT EXISTS (SELECT 1 FROM store.article_alias AS a WHERE a.alias = i.alias)
GROUP BY i.alias;

CREATE OR REPLACE TEMP TABLE unsettled AS
SELECT article_number, title, text, NULL::VARCHAR AS cut, FALSE AS is_turned FROM fresh;

CREATE OR REPLACE TEMP TABLE touched_story AS
SELECT a.story_id
FROM store.article AS a
WHERE a.article_number IN (SELECT article_number FROM fresh WHERE known_version IS NOT NULL) AND a.story_id <> '';
