INSERT INTO store.backfill_job
SELECT $job, $feed, $way, $source, $since, $until, $run_id, $now
WHERE NOT EXISTS (SELECT 1 FROM store.backfill_job AS j WHERE j.job = $job);
