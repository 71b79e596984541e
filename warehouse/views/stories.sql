CREATE OR REPLACE VIEW stories AS
SELECT
    story_id, title, article_count, site_count, original_article_id, original_reason, original_source, first_published_at,
    last_published_at
FROM store.story;

COMMENT ON VIEW stories IS 'One row a story: articles that share their text.';
COMMENT ON COLUMN stories.story_id IS 'A name of twelve characters; it stays when a longer telling or an earlier original turns up.';
COMMENT ON COLUMN stories.title IS 'Title of its original.';
COMMENT ON COLUMN stories.article_count IS 'Articles in it.';
COMMENT ON COLUMN stories.site_count IS 'Sites that they are on.';
COMMENT ON COLUMN stories.original_article_id IS 'The article that the others repeat; where the original was never seen, the earliest stands for it.';
COMMENT ON COLUMN stories.original_reason IS 'Why that one: only (there is no other); canonical_url (the others'' pages name or cite its address); credited (the others credit its publisher); uncredited (the earliest of those that credit nobody); earliest; address (dates tell nothing); unseen (all credit somebody else).';
COMMENT ON COLUMN stories.original_source IS 'Publisher of an original that was never seen, as the articles credit it; else empty.';
COMMENT ON COLUMN stories.first_published_at IS 'Earliest trusted publication time of its articles.';
COMMENT ON COLUMN stories.last_published_at IS 'Latest trusted publication time of its articles.';
