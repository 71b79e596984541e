-- What the articles of a site have in common beside their text is learned from them, and cut from them. An article knows its text whole
-- (by hash) and what was cut from it, so that the cut can be made again when more is known.

ALTER TABLE store.article ADD COLUMN article_number INTEGER;
ALTER TABLE store.article ADD COLUMN whole_hash VARCHAR;
ALTER TABLE store.article ADD COLUMN anchor BIGINT;
UPDATE store.article AS a SET article_number = n.number, whole_hash = a.text_hash
FROM (SELECT article_id, (row_number() OVER (ORDER BY first_seen_at, article_id))::INTEGER AS number FROM store.article) AS n
WHERE n.article_id = a.article_id;
COMMENT ON COLUMN store.article.article_number IS 'A number for the tables that have many rows for each article.';
COMMENT ON COLUMN store.article.whole_hash IS 'First 32 hex digits of the SHA-256 of the text before template text was cut from it.';
COMMENT ON COLUMN store.article.anchor IS 'Stands for its longest paragraph: the same in every repost and second address of the article.';

ALTER TABLE store.article_version ADD COLUMN whole_hash VARCHAR;
ALTER TABLE store.article_version ADD COLUMN cut VARCHAR;
UPDATE store.article_version SET whole_hash = text_hash;
COMMENT ON COLUMN store.article_version.whole_hash IS 'First 32 hex digits of the SHA-256 of the text before template text was cut from it.';
COMMENT ON COLUMN store.article_version.cut IS 'Template text that was cut, as JSON: [[place of the paragraph in the whole text, paragraph], ...].';

CREATE TABLE store.site_block (
    block_key BIGINT NOT NULL,
    article_number INTEGER NOT NULL
);
COMMENT ON TABLE store.site_block IS 'One row a short paragraph that stands once in an article; key: article_number, block_key.';
COMMENT ON COLUMN store.site_block.block_key IS 'Stands for the paragraph in one spelling, digits folded.';
COMMENT ON COLUMN store.site_block.article_number IS 'The article.';

CREATE TABLE store.template_block (
    site VARCHAR NOT NULL,
    block_key BIGINT NOT NULL
);
COMMENT ON TABLE store.template_block IS 'One row a paragraph that is template text of a site; a function of store.site_block, kept by the loader.';
COMMENT ON COLUMN store.template_block.site IS 'The site.';
COMMENT ON COLUMN store.template_block.block_key IS 'The paragraph.';
