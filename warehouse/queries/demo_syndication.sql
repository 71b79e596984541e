SELECT source, reposter, articles, median_lag_minutes, mean_similarity
FROM syndication
ORDER BY articles DESC, source, reposter;
