-- What a page says of itself is kept beside what won against the feed.
ALTER TABLE store.article ADD COLUMN page_title VARCHAR;
ALTER TABLE store.article ADD COLUMN page_author VARCHAR;
ALTER TABLE store.article ADD COLUMN page_published_at TIMESTAMPTZ;
ALTER TABLE store.article ADD COLUMN site_name VARCHAR;
ALTER TABLE store.article ADD COLUMN keywords VARCHAR;
COMMENT ON COLUMN store.article.page_title IS 'Title on the page.';
COMMENT ON COLUMN store.article.page_author IS 'Author on the page.';
COMMENT ON COLUMN store.article.page_published_at IS 'Publication time on the page.';
COMMENT ON COLUMN store.article.site_name IS 'Name of the site on the page, or the feed''s title.';
COMMENT ON COLUMN store.article.keywords IS 'Keywords on the page, separated by line breaks.';
