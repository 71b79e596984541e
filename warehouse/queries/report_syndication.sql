-- Who reposts whom, the busiest pairs.
SELECT source, reposter, articles, excerpts, median_lag_minutes, mean_similarity
FROM syndication
WHERE $since::TIMESTAMPTZ IS NULL OR last_at >= $since::TIMESTAMPTZ
ORDER BY articles DESC, source, reposter
LIMIT $most;
