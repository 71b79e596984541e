-- The ledger of backfills: what was asked for, what has been listed and stored of it, and where to go on.

CREATE TABLE store.backfill_job (
    job VARCHAR NOT NULL,
    feed VARCHAR NOT NULL,
    way VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    since TIMESTAMPTZ,
    until TIMESTAMPTZ,
    run_id VARCHAR NOT NULL,
    begun_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE store.backfill_job IS 'One row a history that was asked for: one feed, one way, one range of dates; key: job.';
COMMENT ON COLUMN store.backfill_job.job IS 'Twelve characters that stand for all that was asked for: the same question again is the same job.';
COMMENT ON COLUMN store.backfill_job.feed IS 'Name of the feed; of the file, where it comes from files.';
COMMENT ON COLUMN store.backfill_job.way IS 'paged, archive, sitemap, wayback, files.';
COMMENT ON COLUMN store.backfill_job.source IS 'Address of the feed, or path of the file.';
COMMENT ON COLUMN store.backfill_job.since IS 'Earliest publication time wanted; empty where any is.';
COMMENT ON COLUMN store.backfill_job.until IS 'First publication time not wanted; empty where none was given.';
COMMENT ON COLUMN store.backfill_job.run_id IS 'The run that began it.';
COMMENT ON COLUMN store.backfill_job.begun_at IS 'When.';

ALTER TABLE store.backfill_page ADD COLUMN job VARCHAR;
ALTER TABLE store.backfill_page ADD COLUMN position BIGINT;
ALTER TABLE store.backfill_page ADD COLUMN is_whole BOOLEAN;
ALTER TABLE store.backfill_page ADD COLUMN go_on VARCHAR;
COMMENT ON COLUMN store.backfill_page.job IS 'The job that it belongs to.';
COMMENT ON COLUMN store.backfill_page.position IS 'How far the list has been stored: entries of it, bytes of a file.';
COMMENT ON COLUMN store.backfill_page.is_whole IS 'True if nothing of the list is left.';
COMMENT ON COLUMN store.backfill_page.go_on IS 'Where the job goes on after it; empty where the job was done with it.';
COMMENT ON TABLE store.backfill_page IS 'One row a list of a feed''s past, or part of one, that a backfill has stored; key: job, url, position, run_id.';
