CREATE OR REPLACE VIEW rejections AS
SELECT run_id, stage, feed, entry_id, url, reason, error, attempts, next_retry_at, is_final, rejected_at
FROM store.rejection;

COMMENT ON VIEW rejections IS 'One row a try that did not make an article, and why. A later try that did makes the sighting have an article.';
COMMENT ON COLUMN rejections.run_id IS 'The run that tried.';
COMMENT ON COLUMN rejections.stage IS 'poll, parse, fetch, extract.';
COMMENT ON COLUMN rejections.feed IS 'Name of the feed.';
COMMENT ON COLUMN rejections.entry_id IS 'The entry; empty where the feed itself was refused.';
COMMENT ON COLUMN rejections.url IS 'The link.';
COMMENT ON COLUMN rejections.reason IS 'A short code to count by: http_404, robots_disallowed, no_text, too_slow, internal_error and so on.';
COMMENT ON COLUMN rejections.error IS 'What happened, for a person.';
COMMENT ON COLUMN rejections.attempts IS 'Which try this was.';
COMMENT ON COLUMN rejections.next_retry_at IS 'When it is tried again; empty where it is final.';
COMMENT ON COLUMN rejections.is_final IS 'True if it will not be tried again.';
COMMENT ON COLUMN rejections.rejected_at IS 'When.';
