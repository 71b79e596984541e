SELECT s.feed, s.entry_id, s.content_hash, s.article_id, s.told_hash, s.title, s.published_raw
FROM store.sighting AS s
INNER JOIN asked AS k ON s.feed = k.feed AND s.entry_id = k.entry_id;
