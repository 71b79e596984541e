-- The articles of asked_article that the index of stories has, with their texts. Rows are looked up first, into a table: only then does DuckDB
-- unpack no more than the vectors of texts that hold them (2,048 texts, 16 ms each), and not all texts there are.
CREATE OR REPLACE TEMP TABLE told AS
SELECT article_id, site, title, text_hash FROM store.article
WHERE article_number IN (SELECT article_number FROM asked_article) AND rank IS NOT NULL;

CREATE OR REPLACE TEMP TABLE told_row AS
SELECT rowid AS row_number FROM store.body WHERE text_hash IN (SELECT text_hash FROM told);

SELECT t.article_id, t.site, t.title, b.text
FROM told AS t
INNER JOIN (SELECT text_hash, text FROM store.body WHERE rowid IN (SELECT row_number FROM told_row)) AS b USING (text_hash);
