SELECT a.site, t.kind, t.source, t.author, t.evidence
FROM attributions AS t
INNER JOIN articles AS a USING (article_id)
ORDER BY a.site, t.evidence;
