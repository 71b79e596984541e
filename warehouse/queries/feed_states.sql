-- In the order in which warehouse.feed_states reads them.
SELECT
    feed, url, status, etag, last_modified, redirect_url, redirect_etag, redirect_last_modified, body_hash, interval_s, last_polled_at,
    last_success_at, last_new_at, next_poll_at, next_poll_reason, consecutive_failures, last_error, moved_to, moved_count, moved_since,
    gone_count, gone_since, ttl_s, update_interval_s, update_base, skip_hours, skip_days, arrivals, observed_s, listed, turnover_s,
    last_new, last_gap_s
FROM store.feed;
