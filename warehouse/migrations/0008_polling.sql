-- What polling remembers beyond one answer: validators per address, the feed's own hints, its rhythm, whom to leave alone, robots.txt.

ALTER TABLE store.feed ADD COLUMN redirect_url VARCHAR;
ALTER TABLE store.feed ADD COLUMN redirect_etag VARCHAR;
ALTER TABLE store.feed ADD COLUMN redirect_last_modified VARCHAR;
ALTER TABLE store.feed ADD COLUMN moved_since TIMESTAMPTZ;
ALTER TABLE store.feed ADD COLUMN gone_since TIMESTAMPTZ;
ALTER TABLE store.feed ADD COLUMN ttl_s DOUBLE;
ALTER TABLE store.feed ADD COLUMN update_interval_s DOUBLE;
ALTER TABLE store.feed ADD COLUMN update_base TIMESTAMPTZ;
ALTER TABLE store.feed ADD COLUMN skip_hours INTEGER[];
ALTER TABLE store.feed ADD COLUMN skip_days INTEGER[];
ALTER TABLE store.feed ADD COLUMN arrivals DOUBLE;
ALTER TABLE store.feed ADD COLUMN observed_s DOUBLE;
ALTER TABLE store.feed ADD COLUMN listed INTEGER;
ALTER TABLE store.feed ADD COLUMN turnover_s DOUBLE;
ALTER TABLE store.feed ADD COLUMN last_new INTEGER;
ALTER TABLE store.feed ADD COLUMN last_gap_s DOUBLE;
COMMENT ON COLUMN store.feed.etag IS 'Validator of the last answer from url, as the server wrote it.';
COMMENT ON COLUMN store.feed.last_modified IS 'Validator of the last answer from url, as the server wrote it.';
COMMENT ON COLUMN store.feed.redirect_url IS 'Where a redirect of url has led last.';
COMMENT ON COLUMN store.feed.redirect_etag IS 'Validator of the last answer from redirect_url, as the server wrote it.';
COMMENT ON COLUMN store.feed.redirect_last_modified IS 'Validator of the last answer from redirect_url, as the server wrote it.';
COMMENT ON COLUMN store.feed.moved_since IS 'Since when that redirect has been seen at every poll.';
COMMENT ON COLUMN store.feed.gone_since IS 'Since when the server has answered 410 Gone at every poll.';
COMMENT ON COLUMN store.feed.ttl_s IS 'Seconds that the feed asks to be left alone (ttl).';
COMMENT ON COLUMN store.feed.update_interval_s IS 'Seconds between its updates as the feed says (sy:updatePeriod over sy:updateFrequency).';
COMMENT ON COLUMN store.feed.update_base IS 'When one of those updates was (sy:updateBase).';
COMMENT ON COLUMN store.feed.skip_hours IS 'Hours, GMT, in which the feed says that it need not be read.';
COMMENT ON COLUMN store.feed.skip_days IS 'Days on which the feed says that it need not be read; 0 is Monday.';
COMMENT ON COLUMN store.feed.arrivals IS 'Entries that have come, each counting less the longer ago: by half after five days.';
COMMENT ON COLUMN store.feed.observed_s IS 'Seconds in which they came, forgotten alike: observed_s / arrivals is the gap between two entries.';
COMMENT ON COLUMN store.feed.listed IS 'Entries that the feed lists.';
COMMENT ON COLUMN store.feed.turnover_s IS 'Seconds in which all of those are replaced, at the fastest pace of late.';
COMMENT ON COLUMN store.feed.last_new IS 'New entries of the last poll that was answered.';
COMMENT ON COLUMN store.feed.last_gap_s IS 'Seconds between that poll and the one before it.';
COMMENT ON COLUMN store.feed.status IS 'active, failing or gone.';

ALTER TABLE store.poll ADD COLUMN turned_over BOOLEAN;
COMMENT ON COLUMN store.poll.turned_over IS 'True if nothing was left of what the feed listed at the poll before; empty where the feed was not read whole.';

ALTER TABLE store.sighting ADD COLUMN told_hash VARCHAR;
ALTER TABLE store.sighting ADD COLUMN times_returned INTEGER DEFAULT 0;
ALTER TABLE store.sighting ADD COLUMN refetch_at TIMESTAMPTZ;
COMMENT ON COLUMN store.sighting.told_hash IS 'Hash of what a reader of the entry would notice: headline, link, words.';
COMMENT ON COLUMN store.sighting.times_returned IS 'How often it came back after it had left the feed.';
COMMENT ON COLUMN store.sighting.refetch_at IS 'It was edited among many others: its page is asked for again then.';

CREATE TABLE store.host_wait (
    scope VARCHAR NOT NULL,
    until TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE store.host_wait IS 'One row for each of those that have asked to be left alone (Retry-After); key: scope.';
COMMENT ON COLUMN store.host_wait.scope IS 'A registrable domain, or one address on a private host.';
COMMENT ON COLUMN store.host_wait.until IS 'Not asked before this time.';

CREATE TABLE store.robots_file (
    origin VARCHAR NOT NULL,
    body VARCHAR NOT NULL USING COMPRESSION zstd,
    fetched_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE store.robots_file IS 'One row for each site whose robots.txt was asked for, kept for a day; key: origin.';
COMMENT ON COLUMN store.robots_file.origin IS 'Scheme, host and port.';
COMMENT ON COLUMN store.robots_file.body IS 'The file; empty where the site has none.';
COMMENT ON COLUMN store.robots_file.fetched_at IS 'When.';
