-- incoming_settled: the final text of each article of `unsettled`, its title, and what the index of stories finds it by.
CREATE OR REPLACE TEMP TABLE settled AS
SELECT i.*, a.row_number, a.article_id, a.version, a.text_hash AS known_text_hash, a.rank AS known_rank
FROM incoming_settled AS i
INNER JOIN (
    SELECT rowid AS row_number, article_number, article_id, version, text_hash, rank FROM store.article
    WHERE rowid IN (SELECT rowid FROM store.article WHERE article_number IN (SELECT article_number FROM incoming_settled))
) AS a USING (article_number);

INSERT INTO store.body (text_hash, text)
SELECT text_hash, any_value(text)
FROM settled
WHERE text_hash NOT IN (SELECT b.text_hash FROM store.body AS b WHERE b.text_hash IN (SELECT s.text_hash FROM settled AS s))
GROUP BY text_hash;

UPDATE store.article AS a SET title = s.title, text_hash = s.text_hash, word_count = s.word_count, rank = s.rank,
    fingerprint_count = len(s.fingerprints)
FROM settled AS s
WHERE a.rowid = s.row_number;

UPDATE store.article_version AS v SET text_hash = s.text_hash, cut = s.cut
FROM (FROM settled WHERE text_hash <> known_text_hash OR cut IS NOT NULL) AS s
WHERE v.article_id = s.article_id AND v.version = s.version AND (v.text_hash <> s.text_hash OR v.cut IS DISTINCT FROM s.cut);

DELETE FROM store.fingerprint WHERE article_number IN (SELECT article_number FROM settled WHERE known_rank IS NOT NULL);

INSERT INTO store.fingerprint (fingerprint, article_number)
SELECT unnest(fingerprints), article_number FROM settled ORDER BY article_number;

-- The index of words takes in again what is no longer the text that it knows; the old one is passed over like that of an old version.
UPDATE store.search_text AS t SET version = 0
FROM (FROM settled WHERE text_hash <> known_text_hash) AS s
WHERE t.article_id = s.article_id AND t.version = s.version;
