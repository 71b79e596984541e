-- One repost: how its clean text ends, and what was cut below that.
SELECT a.url, regexp_extract(a.text, '[^\n]*$') AS last_paragraph, v.trimmed
FROM articles AS a
INNER JOIN store.article_version AS v ON v.article_id = a.article_id AND v.version = a.version
WHERE v.trimmed IS NOT NULL
ORDER BY length(v.trimmed) DESC, a.url
LIMIT 1;
