-- What a job has stored since it was last done, in the order in which it did.
SELECT url, position, is_whole, go_on, fetched_at
FROM store.backfill_page
WHERE
    job = $job
    AND rowid >= coalesce((SELECT max(rowid) FROM store.backfill_page WHERE job = $job AND go_on IS NULL), 0)
ORDER BY rowid;
