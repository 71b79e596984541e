CREATE OR REPLACE VIEW attributions AS
SELECT article_id, kind, source, author, url, evidence, confidence
FROM store.attribution;

COMMENT ON VIEW attributions IS 'One row a credit found in an article and taken out of its text.';
COMMENT ON COLUMN attributions.article_id IS 'The article.';
COMMENT ON COLUMN attributions.kind IS 'What the credit says: via, authored_by, originally_published, first_appeared, source and so on.';
COMMENT ON COLUMN attributions.source IS 'The outlet that is credited.';
COMMENT ON COLUMN attributions.author IS 'The author that is credited.';
COMMENT ON COLUMN attributions.url IS 'A link inside the credit.';
COMMENT ON COLUMN attributions.evidence IS 'The line as it stood in the article.';
COMMENT ON COLUMN attributions.confidence IS 'How sure the reading is, 0 to 1.';
