-- Nothing of the index has been looked up yet; of articles, those of the batch have been met.
CREATE OR REPLACE TEMP TABLE looked_up (fingerprint UBIGINT);

CREATE OR REPLACE TEMP TABLE held (
    fingerprint UBIGINT, rank BIGINT, article_id VARCHAR, fingerprint_count INTEGER, is_representative BOOLEAN
);

CREATE OR REPLACE TEMP TABLE met AS
SELECT article_id, article_number FROM store.article WHERE article_number IN (SELECT article_number FROM unsettled);
