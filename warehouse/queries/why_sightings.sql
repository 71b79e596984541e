-- Every entry with that link, or whose article has that address. $canonical is the URL in its canonical form.
SELECT s.feed, s.entry_id, s.title, s.published_at, s.published_raw, s.date_quality, s.first_seen_at, s.last_seen_at, s.times_changed, s.article_id
FROM sightings AS s
WHERE
    s.url = $url OR s.url_raw = $url OR s.entry_id = $url OR s.entry_id = $canonical
    OR s.article_id IN (
        SELECT article_id FROM store.article_alias WHERE alias = $canonical
        UNION ALL
        SELECT article_id FROM store.article WHERE url = $url
    )
ORDER BY s.first_seen_at, s.feed;
