CREATE OR REPLACE VIEW backfills AS
SELECT
    j.job,
    j.feed,
    j.way,
    j.source,
    j.since,
    j.until,
    j.begun_at,
    max(p.fetched_at) AS last_at,
    count(p.job) AS lists,
    coalesce(sum(p.entries_seen), 0)::BIGINT AS entries_seen,
    coalesce(sum(p.entries_new), 0)::BIGINT AS entries_new,
    min(p.oldest_at) AS oldest_at,
    max(p.newest_at) AS newest_at,
    coalesce(count(p.job) > 0 AND arg_max_null(p.go_on, p.rowid) IS NULL, FALSE) AS is_done
FROM store.backfill_job AS j
LEFT JOIN store.backfill_page AS p USING (job)
GROUP BY ALL;

COMMENT ON VIEW backfills IS 'One row a history that was asked for: one feed, one way, one range of dates. One that is not done goes on when it is asked for again.';
COMMENT ON COLUMN backfills.job IS 'Twelve characters that stand for what was asked for.';
COMMENT ON COLUMN backfills.feed IS 'Name of the feed; of the file, where it comes from files.';
COMMENT ON COLUMN backfills.way IS 'paged, archive, sitemap, wayback, files.';
COMMENT ON COLUMN backfills.source IS 'Address of the feed, or path of the file.';
COMMENT ON COLUMN backfills.since IS 'Earliest publication time wanted; empty where any is.';
COMMENT ON COLUMN backfills.until IS 'First publication time not wanted; empty where none was given.';
COMMENT ON COLUMN backfills.begun_at IS 'When it was begun.';
COMMENT ON COLUMN backfills.last_at IS 'When a part of it was stored last.';
COMMENT ON COLUMN backfills.lists IS 'Lists, and parts of long ones, that have been stored.';
COMMENT ON COLUMN backfills.entries_seen IS 'Entries in them within the dates.';
COMMENT ON COLUMN backfills.entries_new IS 'Those that the warehouse did not have.';
COMMENT ON COLUMN backfills.oldest_at IS 'Earliest publication time met.';
COMMENT ON COLUMN backfills.newest_at IS 'Latest publication time met.';
COMMENT ON COLUMN backfills.is_done IS 'True if nothing of it is left.';
