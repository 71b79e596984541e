CREATE OR REPLACE VIEW polls AS
SELECT run_id, feed, started_at, duration_ms, outcome, http_status, bytes, entries_seen, entries_new, entries_changed, error,
    turned_over
FROM store.poll;

COMMENT ON VIEW polls IS 'One row a poll of a feed.';
COMMENT ON COLUMN polls.run_id IS 'The run that polled.';
COMMENT ON COLUMN polls.feed IS 'Name of the feed.';
COMMENT ON COLUMN polls.started_at IS 'When the request was made.';
COMMENT ON COLUMN polls.duration_ms IS 'Milliseconds until the answer was complete.';
COMMENT ON COLUMN polls.outcome IS 'new (something was new or edited), unchanged (200, nothing new), not_modified (304), failed, skipped (its host has asked us to wait, or is down).';
COMMENT ON COLUMN polls.http_status IS 'Status of the last answer; empty where none came.';
COMMENT ON COLUMN polls.bytes IS 'Length of the body after decompression.';
COMMENT ON COLUMN polls.entries_seen IS 'Items in the document; 0 where it was not read because nothing had changed or because it failed.';
COMMENT ON COLUMN polls.entries_new IS 'Items that the warehouse did not have.';
COMMENT ON COLUMN polls.entries_changed IS 'Known items that were edited. The rest of entries_seen was unchanged.';
COMMENT ON COLUMN polls.error IS 'Why it failed; what was wrong with a document that could be read all the same; that a new address was taken over (moved: ...).';
COMMENT ON COLUMN polls.turned_over IS 'True if nothing was left of what the feed listed at the poll before; empty where it was not read whole.';
