-- Brings store.feed in step with the feeds file (incoming_feed). A feed whose address was edited starts afresh: its validators were another's.
MERGE INTO store.feed AS f
USING incoming_feed AS i ON f.feed = i.feed
WHEN MATCHED AND f.configured_url <> i.url THEN UPDATE SET
    configured_url = i.url, is_configured = TRUE, enabled = i.enabled, tags = i.tags, url = i.url, status = 'active', etag = NULL,
    last_modified = NULL, body_hash = NULL, interval_s = NULL, next_poll_at = NULL, next_poll_reason = NULL, consecutive_failures = 0,
    last_error = NULL, moved_to = NULL, moved_count = 0, moved_since = NULL, gone_count = 0, gone_since = NULL, redirect_url = NULL,
    redirect_etag = NULL, redirect_last_modified = NULL, ttl_s = NULL, update_interval_s = NULL, update_base = NULL, skip_hours = NULL,
    skip_days = NULL, arrivals = NULL, observed_s = NULL, listed = NULL, turnover_s = NULL, last_new = NULL, last_gap_s = NULL
WHEN MATCHED AND (f.enabled <> i.enabled OR NOT f.is_configured OR f.tags <> i.tags) THEN UPDATE SET
    is_configured = TRUE, enabled = i.enabled, tags = i.tags
WHEN NOT MATCHED THEN INSERT
    (feed, configured_url, is_configured, enabled, tags, url, status, consecutive_failures, moved_count, gone_count)
    VALUES (i.feed, i.url, TRUE, i.enabled, i.tags, i.url, 'active', 0, 0, 0)
WHEN NOT MATCHED BY SOURCE AND f.is_configured THEN UPDATE SET is_configured = FALSE;
