-- The index by which texts that share passages are found, who represents whose story, and why an article is its story's original.

CREATE TABLE store.fingerprint (
    fingerprint UBIGINT NOT NULL,
    article_number INTEGER NOT NULL
);
COMMENT ON TABLE store.fingerprint IS 'One row a fingerprint of a text, in order of arrival and without an index: 8.5 bytes each; key: article_number, fingerprint.';
COMMENT ON COLUMN store.fingerprint.fingerprint IS 'Stands for seven words in a row; any two texts that share a passage share some.';
COMMENT ON COLUMN store.fingerprint.article_number IS 'The article.';

CREATE TABLE store.story_index (
    version INTEGER NOT NULL
);
COMMENT ON TABLE store.story_index IS 'One row: which version of the fingerprints store.fingerprint has; another one is worked out anew.';
COMMENT ON COLUMN store.story_index.version IS 'As in pipeline/fingerprints.py.';

CREATE TABLE store.publisher_name (
    name_key VARCHAR NOT NULL,
    site VARCHAR NOT NULL
);
COMMENT ON TABLE store.publisher_name IS 'One row a name that a polled feed has and no other site shares; kept by the loader. Key: name_key.';
COMMENT ON COLUMN store.publisher_name.name_key IS 'The name in one spelling.';
COMMENT ON COLUMN store.publisher_name.site IS 'The site whose feed is called so.';

ALTER TABLE store.article ADD COLUMN rank BIGINT;
ALTER TABLE store.article ADD COLUMN fingerprint_count INTEGER;
ALTER TABLE store.article ADD COLUMN representative_id VARCHAR;
ALTER TABLE store.article DROP COLUMN has_credit;
COMMENT ON COLUMN store.article.rank IS 'Orders the articles, longest text first; empty while the index of stories does not have the article.';
COMMENT ON COLUMN store.article.fingerprint_count IS 'Fingerprints of its text.';
COMMENT ON COLUMN store.article.representative_id IS 'The article with the longest text of its story: the one that all others of the story were matched with.';

ALTER TABLE store.story ADD COLUMN original_reason VARCHAR;
ALTER TABLE store.story ADD COLUMN original_source VARCHAR;
COMMENT ON COLUMN store.story.original_reason IS 'only, canonical_url, credited, uncredited, earliest, address, unseen.';
COMMENT ON COLUMN store.story.original_source IS 'Publisher of an original that was never seen, as the articles credit it.';
