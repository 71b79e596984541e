SELECT
    f.feed, f.status, f.url, f.configured_url, f.interval_s, f.last_success_at, f.last_new_at, f.next_poll_at, f.next_poll_reason, f.consecutive_failures, f.last_error,
    epoch(h.silent_for) AS silent_for_s, epoch(h.expected_gap) AS expected_gap_s, h.is_silent, h.window_overrun, h.success_rate
FROM feeds AS f
LEFT JOIN feed_health AS h USING (feed)
ORDER BY
    CASE f.status WHEN 'failing' THEN 0 WHEN 'gone' THEN 1 WHEN 'active' THEN 2 ELSE 3 END, f.consecutive_failures DESC, f.feed;
