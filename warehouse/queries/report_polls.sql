-- The last days of polls up to the latest of all, by feed and day.
SELECT
    feed,
    date_diff('day', started_at, (SELECT max(started_at) FROM polls)) AS days_before,
    any_value(started_at::DATE) AS day,
    count(*) AS polls,
    count(*) FILTER (WHERE outcome = 'failed') AS failed,
    sum(entries_new)::BIGINT AS entries_new
FROM polls
WHERE outcome <> 'skipped' AND started_at > (SELECT max(started_at) FROM polls) - to_days($days::INTEGER)
GROUP BY feed, days_before;
