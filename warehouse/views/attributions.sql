-- A name in one spelling, as pipeline.publishers.name_key has it (a test holds them equal).
CREATE OR REPLACE MACRO name_key(name) AS replace(
    regexp_replace(
        regexp_replace(
            regexp_replace(
                trim(regexp_replace(regexp_replace(replace(replace(lower(strip_accents(name)), 'ς', 'σ'), 'ß', 'ss'), '[''’.]', '', 'g'), '[^\p{L}\p{N}]+', ' ', 'g')),
                '^the ', ''
            ),
            '^(\S+ .*\S|\S{8,}) (?:news|blog|online|website|newsletter|staff|newsroom|agency)$', '\1'
        ),
        '^(\S+ .*\S|\S{8,}) (?:news|blog|online|website|newsletter|staff|newsroom|agency)$', '\1'
    ),
    ' ', ''
);
COMMENT ON MACRO name_key IS 'A publisher''s name in one spelling: letters and digits, without case, accents, a leading The, a trailing News or Blog.';

CREATE OR REPLACE VIEW publisher_names AS
SELECT name_key, site
FROM store.publisher_name;

COMMENT ON VIEW publisher_names IS 'One row a name that a polled feed has and no other site shares: how a credit to it finds its site.';
COMMENT ON COLUMN publisher_names.name_key IS 'The name in one spelling.';
COMMENT ON COLUMN publisher_names.site IS 'The site whose feed is called so.';

CREATE OR REPLACE VIEW attributions AS
SELECT
    t.article_id, t.kind, t.source, t.author, t.url, t.evidence, t.confidence,
    coalesce(n.site, t.publisher) AS publisher
FROM store.attribution AS t
LEFT JOIN store.publisher_name AS n ON n.name_key = t.publisher;

COMMENT ON VIEW attributions IS 'One row a credit: found in an article and taken out of its text, or said by its markup or its feed.';
COMMENT ON COLUMN attributions.article_id IS 'The article.';
COMMENT ON COLUMN attributions.kind IS 'What the credit says: via, authored_by, originally_published, first_appeared, source, dateline, canonical, feed_source and so on.';
COMMENT ON COLUMN attributions.source IS 'The outlet that is credited, as it is named there.';
COMMENT ON COLUMN attributions.author IS 'The author that is credited.';
COMMENT ON COLUMN attributions.url IS 'A link inside the credit, as it stands.';
COMMENT ON COLUMN attributions.evidence IS 'The words as they stood in the article, or the value of the markup.';
COMMENT ON COLUMN attributions.confidence IS 'At least this share of such readings are right, 0 to 1.';
COMMENT ON COLUMN attributions.publisher IS 'Who the source is: a domain where it is known (by name, by its address, by a polled feed''s title), else the name in one spelling.';
