WITH found AS (
    SELECT article_id, site, title, text_hash FROM store.article
    WHERE rowid IN (SELECT rowid FROM store.article WHERE article_id IN (SELECT article_id FROM asked)) AND rank IS NOT NULL
)
SELECT f.article_id, f.site, f.title, b.text
FROM found AS f
INNER JOIN (
    SELECT text_hash, text FROM store.body
    WHERE rowid IN (SELECT rowid FROM store.body WHERE text_hash IN (SELECT text_hash FROM found))
) AS b USING (text_hash);
