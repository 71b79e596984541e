CREATE OR REPLACE VIEW stories AS
SELECT story_id, title, article_count, site_count, original_article_id, first_published_at, last_published_at
FROM store.story;

COMMENT ON VIEW stories IS 'One row a story: articles that share their text.';
COMMENT ON COLUMN stories.story_id IS 'Twelve characters that stand for the text.';
COMMENT ON COLUMN stories.title IS 'Title of its original.';
COMMENT ON COLUMN stories.article_count IS 'Articles in it.';
COMMENT ON COLUMN stories.site_count IS 'Sites that they are on.';
COMMENT ON COLUMN stories.original_article_id IS 'The article that the others repeat.';
COMMENT ON COLUMN stories.first_published_at IS 'Earliest trusted publication time of its articles.';
COMMENT ON COLUMN stories.last_published_at IS 'Latest trusted publication time of its articles.';
