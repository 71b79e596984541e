-- What the feeds call themselves, where their articles are: the feed's host, or what is left of it without a label or two, is a site. Stories
-- with credits to a name that has come to stand for a site, or no longer does, are told again.
CREATE OR REPLACE TEMP TABLE name_now AS
WITH named AS (
    SELECT
        unnest(list_distinct([title, regexp_extract(title, '^(.*?)(?:\s*[|»:·–—]\s*|\s+-\s+|$)', 1)])) AS name,
        regexp_extract(lower(coalesce(site_url, url)), '^https?://(?:[^/@]*@)?([^/:?#]+)', 1) AS host
    FROM store.feed
    WHERE title IS NOT NULL
),
placed AS (
    SELECT
        name_key(name) AS name_key,
        unnest([host, regexp_replace(host, '^[^.]+\.', ''), regexp_replace(host, '^[^.]+\.[^.]+\.', '')]) AS site
    FROM named
)
SELECT name_key, any_value(site) AS site
FROM placed
WHERE name_key <> '' AND site IN (SELECT DISTINCT a.site FROM store.article AS a)
GROUP BY name_key
HAVING count(DISTINCT site) = 1;

CREATE OR REPLACE TEMP TABLE turned_name AS
(FROM name_now EXCEPT FROM store.publisher_name) UNION ALL (FROM store.publisher_name EXCEPT FROM name_now);

DELETE FROM store.publisher_name WHERE name_key IN (SELECT name_key FROM turned_name);

INSERT INTO store.publisher_name
SELECT name_key, site FROM name_now WHERE name_key IN (SELECT name_key FROM turned_name);

INSERT INTO touched_story
SELECT story_id FROM store.article
WHERE
    story_id <> ''
    AND article_id IN (SELECT article_id FROM store.attribution WHERE publisher IN (SELECT name_key FROM turned_name));
