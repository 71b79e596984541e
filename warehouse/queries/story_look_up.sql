-- What the index knows of the fingerprints of wanted_fingerprint, into `held`, where it stays for the batch: a look at the index reads all of
-- it, whatever it looks for, and most of what a batch asks is about fingerprints that it has asked about before.
CREATE OR REPLACE TEMP TABLE new_fingerprint AS
SELECT DISTINCT fingerprint FROM wanted_fingerprint WHERE fingerprint NOT IN (SELECT fingerprint FROM looked_up);

INSERT INTO looked_up FROM new_fingerprint;

CREATE OR REPLACE TEMP TABLE newly_held AS
SELECT f.fingerprint, a.article_number, a.rank, a.article_id, a.fingerprint_count, a.representative_id = a.article_id AS is_representative
FROM new_fingerprint AS w
INNER JOIN store.fingerprint AS f USING (fingerprint)
INNER JOIN store.article AS a USING (article_number);

INSERT INTO held SELECT fingerprint, rank, article_id, fingerprint_count, is_representative FROM newly_held;

INSERT INTO met
SELECT DISTINCT article_id, article_number FROM newly_held WHERE article_number NOT IN (SELECT article_number FROM met);
