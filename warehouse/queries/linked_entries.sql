-- The entries of a feed that an address leads to: by their article, or where they have none by the link itself.
SELECT k.feed, k.alias, s.entry_id, s.content_hash, s.article_id, s.told_hash, s.title, s.published_raw
FROM (
    SELECT k.feed, k.alias, s.rowid AS row_number
    FROM asked AS k
    INNER JOIN store.article_alias AS l ON l.alias = k.alias
    INNER JOIN store.sighting AS s ON s.feed = k.feed AND s.article_id = l.article_id
    UNION
    SELECT k.feed, k.alias, s.rowid
    FROM asked AS k
    INNER JOIN store.sighting AS s ON s.feed = k.feed AND s.url = k.url
) AS k
INNER JOIN store.sighting AS s ON s.rowid = k.row_number
ORDER BY s.first_seen_at, s.entry_id;
