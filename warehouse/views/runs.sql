CREATE OR REPLACE VIEW runs AS
SELECT
    run_id, kind, started_at, finished_at, status, feeds_polled, feeds_failed, feeds_not_modified, entries_seen, entries_new,
    entries_changed, entries_stored, articles_new, duplicates, rejected, prefect_flow_run_id, version
FROM store.run;

COMMENT ON VIEW runs IS 'One row a run. entries_seen = new + changed + unchanged; entries_new = entries_stored + rejected.';
COMMENT ON COLUMN runs.run_id IS 'Time of its start and eight random digits.';
COMMENT ON COLUMN runs.kind IS 'ingest, backfill, reprocess.';
COMMENT ON COLUMN runs.started_at IS 'When it began.';
COMMENT ON COLUMN runs.finished_at IS 'When it ended; empty while it runs, and where it was killed.';
COMMENT ON COLUMN runs.status IS 'running; completed; interrupted (stopped by a person, or killed); failed.';
COMMENT ON COLUMN runs.feeds_polled IS 'Feeds that were asked.';
COMMENT ON COLUMN runs.feeds_failed IS 'Feeds whose poll failed.';
COMMENT ON COLUMN runs.feeds_not_modified IS 'Feeds that answered 304 Not Modified.';
COMMENT ON COLUMN runs.entries_seen IS 'Entries in the documents that were read.';
COMMENT ON COLUMN runs.entries_new IS 'Entries that the warehouse did not have.';
COMMENT ON COLUMN runs.entries_changed IS 'Known entries that were edited.';
COMMENT ON COLUMN runs.entries_stored IS 'New entries that have an article.';
COMMENT ON COLUMN runs.articles_new IS 'Articles that the warehouse did not have.';
COMMENT ON COLUMN runs.duplicates IS 'New entries that told nothing new: their story was in the warehouse, or another entry of the run brought it.';
COMMENT ON COLUMN runs.rejected IS 'New entries that became no article (see rejections).';
COMMENT ON COLUMN runs.prefect_flow_run_id IS 'The flow run in Prefect, if it was one.';
COMMENT ON COLUMN runs.version IS 'Version of Feedhouse.';
