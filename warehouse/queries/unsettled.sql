-- Articles of `unsettled` with their texts: whole, or as they were cut with what was cut. Turned are those that the batch did not bring; they
-- have no text here. Rows go through tables: DuckDB then unpacks the vectors of texts that hold them, not all texts there are.
CREATE OR REPLACE TEMP TABLE unsettled_article AS
SELECT article_number, article_id, canonical_url, site, text_hash FROM store.article
WHERE rowid IN (SELECT rowid FROM store.article WHERE article_number IN (SELECT article_number FROM unsettled));

CREATE OR REPLACE TEMP TABLE unsettled_row AS
SELECT rowid AS row_number FROM store.body
WHERE text_hash IN (
    SELECT a.text_hash FROM unsettled_article AS a INNER JOIN unsettled AS u USING (article_number) WHERE u.text IS NULL
);

SELECT u.article_number, a.article_id, a.canonical_url, a.site, u.title, coalesce(u.text, b.text) AS text, u.cut
FROM unsettled AS u
INNER JOIN unsettled_article AS a USING (article_number)
LEFT JOIN (SELECT text_hash, text FROM store.body WHERE rowid IN (SELECT row_number FROM unsettled_row)) AS b USING (text_hash)
WHERE u.is_turned = $is_turned
ORDER BY u.article_number;
