-- What the index knows of the fingerprints of wanted_fingerprint, into `held`, where it stays for the batch: a look at the index reads all of
-- it, whatever it looks for, and most of what a batch asks is about fingerprints that it has asked about before.
CREATE OR REPLACE TEMP TABLE new_fingerprint AS
SELECT DISTINCT fingerprint FROM wanted_fingerprint WHERE fingerprint NOT IN (SELECT fingerprint FROM looked_up);

INSERT INTO looked_up FROM new_fingerprint;

INSERT INTO held
SELECT f.fingerprint, a.rank, a.article_id, a.fingerprint_count, a.representative_id = a.article_id
FROM new_fingerprint AS w
INNER JOIN store.fingerprint AS f USING (fingerprint)
INNER JOIN store.article AS a USING (article_number);
