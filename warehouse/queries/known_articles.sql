SELECT l.alias, a.article_id, a.canonical_url, a.text_hash, a.text_source, a.version
FROM store.article_alias AS l
INNER JOIN asked AS k ON l.alias = k.alias
INNER JOIN store.article AS a ON a.article_id = l.article_id;
