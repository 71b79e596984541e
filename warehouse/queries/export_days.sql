-- Days that hold an article that was fetched after the last export: they are written anew, whole.
SELECT DISTINCT CAST(first_seen_at AS DATE) AS day
FROM store.article
WHERE fetched_at > $after AND ($since IS NULL OR first_seen_at >= $since)
ORDER BY day;
