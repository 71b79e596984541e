-- Articles of `unsettled`: with their whole text, or with the hash of the text that is left of it and what was cut. Turned are those that the
-- batch did not bring; they have no text here.
SELECT u.article_number, a.article_id, a.site, u.title, u.text, a.text_hash, u.cut
FROM unsettled AS u
INNER JOIN store.article AS a USING (article_number)
WHERE u.is_turned = $is_turned
ORDER BY u.article_number;
