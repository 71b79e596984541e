-- The texts of `asked`. Rows are looked up first, into a table: only then does DuckDB unpack no more than the vectors of texts that hold them
-- (2,048 texts, 16 ms each), and not all texts there are.
CREATE OR REPLACE TEMP TABLE asked_row AS
SELECT rowid AS row_number FROM store.body WHERE text_hash IN (SELECT text_hash FROM asked);

SELECT text_hash, text FROM store.body WHERE rowid IN (SELECT row_number FROM asked_row);
