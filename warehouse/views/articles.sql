CREATE OR REPLACE VIEW articles AS
SELECT
    a.article_id,
    a.canonical_url,
    a.url,
    a.site,
    a.title,
    a.author,
    a.published_at,
    a.date_quality,
    a.language,
    b.text,
    a.word_count,
    a.summary,
    a.image_url,
    a.text_source,
    a.story_id,
    a.is_original,
    a.version,
    a.version >= 50 AS is_capped,
    a.first_seen_at,
    a.fetched_at,
    a.extractor,
    a.site_name,
    string_split(a.keywords, chr(10)) AS keywords,
    a.page_title,
    a.page_author,
    a.page_published_at
FROM store.article AS a
LEFT JOIN store.body AS b USING (text_hash);

COMMENT ON VIEW articles IS 'One row an article on one site, as it is now. A repost on another site is another article of the same story.';
COMMENT ON COLUMN articles.article_id IS 'Twelve characters that stand for the canonical URL: the same in every warehouse.';
COMMENT ON COLUMN articles.canonical_url IS 'One spelling for all the addresses of the article (no tracking, AMP, mobile, scheme); its identity, not an address to fetch.';
COMMENT ON COLUMN articles.url IS 'Address at which it was fetched, after redirects.';
COMMENT ON COLUMN articles.site IS 'Registrable domain of the canonical URL (news.bbc.co.uk is bbc.co.uk; each blogspot.com blog is its own site).';
COMMENT ON COLUMN articles.title IS 'Title on the page, or in the feed.';
COMMENT ON COLUMN articles.author IS 'Author on the page, or in the feed.';
COMMENT ON COLUMN articles.published_at IS 'Publication time: the feed''s where it can be trusted, else the page''s.';
COMMENT ON COLUMN articles.date_quality IS 'exact; assumed_utc (no zone was given, or a day only); missing; future; unreadable.';
COMMENT ON COLUMN articles.language IS 'As the page or the feed declares it.';
COMMENT ON COLUMN articles.text IS 'Clean text: no credit, comment form, share bar or navigation; paragraphs are separated by a line break.';
COMMENT ON COLUMN articles.word_count IS 'Words of the text; a Chinese or Japanese character counts as one.';
COMMENT ON COLUMN articles.summary IS 'Description that the page gives of itself.';
COMMENT ON COLUMN articles.image_url IS 'Lead image.';
COMMENT ON COLUMN articles.text_source IS 'page, or feed (the page could not be had, or had less of the text).';
COMMENT ON COLUMN articles.story_id IS 'The story that it tells: articles that share their text share it.';
COMMENT ON COLUMN articles.is_original IS 'True for the one article of its story that the others repeat (stories says why that one); none where the original was never seen.';
COMMENT ON COLUMN articles.version IS '1, and one more for each change of its text or its headline (see article_versions).';
COMMENT ON COLUMN articles.is_capped IS 'True at 50 versions: later edits are not taken, so that a live blog is not fetched for ever.';
COMMENT ON COLUMN articles.first_seen_at IS 'When it was first stored.';
COMMENT ON COLUMN articles.fetched_at IS 'When this version was fetched.';
COMMENT ON COLUMN articles.extractor IS 'What made the text, with its version.';
COMMENT ON COLUMN articles.site_name IS 'Name of the site, as the page gives it, or the feed''s title.';
COMMENT ON COLUMN articles.keywords IS 'Keywords that the page gives of itself, in its order.';
COMMENT ON COLUMN articles.page_title IS 'Title on the page, whichever is in title; the feed''s own is in sightings.';
COMMENT ON COLUMN articles.page_author IS 'Author on the page, whichever is in author.';
COMMENT ON COLUMN articles.page_published_at IS 'Publication time on the page, whichever is in published_at.';
