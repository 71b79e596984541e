-- Nothing of the index has been looked up yet.
CREATE OR REPLACE TEMP TABLE looked_up (fingerprint UBIGINT);

CREATE OR REPLACE TEMP TABLE held (fingerprint UBIGINT, rank BIGINT, article_id VARCHAR, fingerprint_count INTEGER, is_representative BOOLEAN);
