-- Articles of `unsettled` with their texts: whole, or as they were cut with what was cut. Turned are those that the batch did not bring.
SELECT u.article_number, a.article_id, a.canonical_url, a.site, u.title, coalesce(u.text, b.text) AS text, u.cut
FROM unsettled AS u
INNER JOIN (
    SELECT * FROM store.article
    WHERE rowid IN (SELECT rowid FROM store.article WHERE article_number IN (SELECT article_number FROM unsettled WHERE is_turned = $is_turned))
) AS a USING (article_number)
LEFT JOIN (
    SELECT text_hash, text FROM store.body
    WHERE rowid IN (
        SELECT rowid FROM store.body
        WHERE text_hash IN (SELECT text_hash FROM store.article WHERE article_number IN (SELECT article_number FROM unsettled WHERE text IS NULL AND is_turned = $is_turned))
    )
) AS b ON b.text_hash = a.text_hash
WHERE u.is_turned = $is_turned
ORDER BY u.article_number;
