SELECT
    run_id, kind, status, started_at, finished_at, feeds_polled, feeds_failed, feeds_not_modified, entries_seen, entries_new,
    entries_changed, articles_new, duplicates, rejected
FROM store.run
WHERE run_id = $run_id;
