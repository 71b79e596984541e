-- Versions of articles made again, over what they were; a version that another run has replaced meanwhile is left as it is. `unsettled` are
-- the articles whose current text came out otherwise, or was never learned from.
CREATE OR REPLACE TEMP TABLE remade AS
SELECT
    i.*, a.rowid AS row_number, a.article_number, a.version = i.version AS is_current, v.whole_hash <> i.text_hash AS is_other_text,
    v.whole_hash <> i.text_hash OR a.title IS DISTINCT FROM i.title OR a.anchor IS NULL AS is_unsettled
FROM incoming_remade AS i
INNER JOIN store.article AS a USING (article_id)
INNER JOIN store.article_version AS v ON v.article_id = i.article_id AND v.version = i.version AND v.whole_hash = i.text_hash_before;

INSERT INTO store.body (text_hash, text)
SELECT text_hash, any_value(text)
FROM remade
WHERE
    is_other_text AND NOT is_current
    AND text_hash NOT IN (SELECT b.text_hash FROM store.body AS b WHERE b.text_hash IN (SELECT r.text_hash FROM remade AS r))
GROUP BY text_hash;

UPDATE store.article_version AS v SET text_hash = r.text_hash, whole_hash = r.text_hash, cut = NULL
FROM remade AS r
WHERE v.article_id = r.article_id AND v.version = r.version AND r.is_other_text;

UPDATE store.article_version AS v SET title = r.title, trimmed = r.trimmed
FROM remade AS r
WHERE v.article_id = r.article_id AND v.version = r.version AND (v.title, v.trimmed) IS DISTINCT FROM (r.title, r.trimmed);

DELETE FROM store.attribution WHERE article_id IN (SELECT article_id FROM remade WHERE is_current);

INSERT INTO store.attribution (article_id, position, kind, source, author, url, evidence, confidence, publisher)
SELECT c.article_id, c.position, c.kind, c.source, c.author, c.url, c.evidence, c.confidence, c.publisher
FROM incoming_credit AS c
INNER JOIN remade AS r ON r.article_id = c.article_id AND r.version = c.version AND r.is_current;

UPDATE store.article AS a SET
    author = r.author, published_at = coalesce(r.published_at, a.published_at),
    date_quality = CASE WHEN r.published_at IS NULL THEN a.date_quality ELSE r.date_quality END, language = r.language,
    page_title = r.page_title, page_author = r.page_author, page_published_at = r.page_published_at, site_name = r.site_name,
    keywords = r.keywords, summary = r.summary, image_url = r.image_url, text_source = r.text_source, extractor = r.extractor
FROM remade AS r
WHERE a.rowid = r.row_number AND r.is_current;

UPDATE store.article AS a SET whole_hash = r.text_hash
FROM remade AS r
WHERE a.rowid = r.row_number AND r.is_current AND r.is_other_text;

INSERT INTO store.reprocessed (run_id, article_id, version, words_before, words_after, similarity)
SELECT $run_id, article_id, version, words_before, word_count, similarity FROM remade;

CREATE OR REPLACE TEMP TABLE unsettled AS
SELECT article_number, title, text, NULL::VARCHAR AS cut, FALSE AS is_turned FROM remade WHERE is_current AND is_unsettled;

-- Credits and dates may have come out otherwise, so who is the original is asked again.
CREATE OR REPLACE TEMP TABLE touched_story AS
SELECT story_id FROM store.article WHERE rowid IN (SELECT row_number FROM remade WHERE is_current) AND story_id <> '';
