CREATE OR REPLACE VIEW story_links AS
SELECT article_id, matched_article_id, method, similarity, containment, story_id
FROM store.story_link;

COMMENT ON VIEW story_links IS 'Why two articles are together: one row for each article of a story but the one with the longest text, which all others were matched with.';
COMMENT ON COLUMN story_links.article_id IS 'The article.';
COMMENT ON COLUMN story_links.matched_article_id IS 'The article that it was matched with: the one with the longest text.';
COMMENT ON COLUMN story_links.method IS 'exact (the same words in the same order), near (most of both), contained (an excerpt of the other). One address is one article, so that same_url is never needed.';
COMMENT ON COLUMN story_links.similarity IS 'Share of the words of both that both have, 0 to 1.';
COMMENT ON COLUMN story_links.containment IS 'Share of this article that the other one has, 0 to 1.';
COMMENT ON COLUMN story_links.story_id IS 'The story.';
