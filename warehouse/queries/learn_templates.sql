-- What the articles of incoming_blocks (one row each, all of them in `unsettled`) change in the templates of their sites, and which other
-- articles are cut otherwise by it: those join `unsettled`. The rule stands in pipeline/templates.py; a block's count changes only where
-- one of its articles comes or goes, its share also where its site grows, so that few blocks have to be counted again.
CREATE OR REPLACE TEMP TABLE learned_from AS
SELECT b.article_number, b.anchor, b.keys, a.site, a.anchor AS known_anchor, a.row_number
FROM incoming_blocks AS b
INNER JOIN (
    SELECT rowid AS row_number, article_number, site, anchor FROM store.article
    WHERE rowid IN (SELECT rowid FROM store.article WHERE article_number IN (SELECT article_number FROM incoming_blocks))
) AS a USING (article_number);

-- Blocks to be counted: those that came or went, those that were template text before, and all of a site that may have become smaller.
CREATE OR REPLACE TEMP TABLE gone_block AS
SELECT block_key FROM store.site_block
WHERE article_number IN (SELECT article_number FROM learned_from WHERE known_anchor IS NOT NULL);

CREATE OR REPLACE TEMP TABLE counted_block AS
SELECT DISTINCT unnest(keys) AS block_key FROM learned_from
UNION
SELECT block_key FROM gone_block
UNION
SELECT block_key FROM store.template_block WHERE site IN (SELECT site FROM learned_from)
UNION
SELECT block_key FROM store.site_block
WHERE article_number IN (
    SELECT article_number FROM store.article WHERE site IN (SELECT site FROM learned_from WHERE known_anchor <> anchor)
);

DELETE FROM store.site_block WHERE article_number IN (SELECT article_number FROM learned_from WHERE known_anchor IS NOT NULL);

INSERT INTO store.site_block (block_key, article_number)
SELECT unnest(keys) AS block_key, article_number FROM learned_from ORDER BY article_number;

UPDATE store.article AS a SET anchor = l.anchor
FROM learned_from AS l
WHERE a.rowid = l.row_number AND a.anchor IS DISTINCT FROM l.anchor;

CREATE OR REPLACE TEMP TABLE site_size AS
SELECT site, count(DISTINCT anchor) AS articles
FROM store.article
WHERE site IN (SELECT site FROM learned_from)
GROUP BY site;

CREATE OR REPLACE TEMP TABLE holder AS
SELECT b.block_key, b.article_number, a.site, a.anchor
FROM store.site_block AS b
INNER JOIN store.article AS a USING (article_number)
WHERE b.block_key IN (SELECT block_key FROM counted_block) AND a.site IN (SELECT site FROM learned_from);

CREATE OR REPLACE TEMP TABLE is_template AS
SELECT h.site, h.block_key
FROM holder AS h
INNER JOIN site_size AS s USING (site)
GROUP BY h.site, h.block_key, s.articles
HAVING count(DISTINCT h.anchor) >= greatest($min_articles, $min_share * s.articles);

CREATE OR REPLACE TEMP TABLE was_template AS
SELECT site, block_key FROM store.template_block
WHERE site IN (SELECT site FROM learned_from) AND block_key IN (SELECT block_key FROM counted_block);

CREATE OR REPLACE TEMP TABLE turned AS
(FROM is_template EXCEPT FROM was_template) UNION ALL (FROM was_template EXCEPT FROM is_template);

DELETE FROM store.template_block WHERE (site, block_key) IN (FROM was_template EXCEPT FROM is_template);

INSERT INTO store.template_block (FROM is_template EXCEPT FROM was_template);

INSERT INTO unsettled
SELECT DISTINCT h.article_number, a.title, NULL, v.cut, TRUE
FROM holder AS h
INNER JOIN turned AS t ON t.site = h.site AND t.block_key = h.block_key
INNER JOIN store.article AS a USING (article_number)
INNER JOIN store.article_version AS v ON v.article_id = a.article_id AND v.version = a.version
WHERE h.article_number NOT IN (SELECT article_number FROM unsettled);
