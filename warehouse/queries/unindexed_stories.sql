-- Articles that the index of stories does not have, the oldest first: those of an older schema, and all of them once fingerprints are made
-- otherwise ($version), when the index begins anew.
DELETE FROM store.fingerprint WHERE NOT EXISTS (SELECT 1 FROM store.story_index WHERE version = $version);

UPDATE store.article SET rank = NULL, representative_id = NULL
WHERE rank IS NOT NULL AND NOT EXISTS (SELECT 1 FROM store.story_index WHERE version = $version);

DELETE FROM store.story_index WHERE version <> $version;

INSERT INTO store.story_index SELECT $version WHERE NOT EXISTS (SELECT 1 FROM store.story_index);

CREATE OR REPLACE TEMP TABLE unsettled AS
SELECT a.article_number, a.title, NULL::VARCHAR AS text, v.cut, FALSE AS is_turned
FROM (
    SELECT article_number, article_id, version, title FROM store.article WHERE rank IS NULL ORDER BY article_number LIMIT $most
) AS a
INNER JOIN store.article_version AS v USING (article_id, version);

CREATE OR REPLACE TEMP TABLE touched_story (story_id VARCHAR);
