SELECT
    feed, url, status, etag, last_modified, body_hash, interval_s, last_polled_at, last_success_at, last_new_at, next_poll_at,
    next_poll_reason, consecutive_failures, last_error, moved_to, moved_count, gone_count
FROM store.feed;
