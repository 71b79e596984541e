WITH found AS (
    SELECT rowid AS row_number FROM store.body WHERE text_hash IN (SELECT text_hash FROM asked)
)
SELECT text_hash, text FROM store.body WHERE rowid IN (SELECT row_number FROM found);
