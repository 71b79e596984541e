-- Addresses of the same site that are spelt most like the one that was never seen.
SELECT DISTINCT url, jaro_winkler_similarity(url, $url) AS likeness
FROM store.sighting
WHERE url IS NOT NULL AND contains(url, $site)
ORDER BY likeness DESC
LIMIT 3;
