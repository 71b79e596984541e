CREATE OR REPLACE VIEW article_versions AS
SELECT v.article_id, v.version, v.title, b.text, v.seen_at
FROM store.article_version AS v
LEFT JOIN store.body AS b USING (text_hash);

COMMENT ON VIEW article_versions IS 'One row a version of an article: the first, and one for each change of its text or its headline, 50 at most.';
COMMENT ON COLUMN article_versions.article_id IS 'The article.';
COMMENT ON COLUMN article_versions.version IS '1 and up.';
COMMENT ON COLUMN article_versions.title IS 'Its title then.';
COMMENT ON COLUMN article_versions.text IS 'Its text then.';
COMMENT ON COLUMN article_versions.seen_at IS 'When it was fetched.';
