CREATE OR REPLACE VIEW sightings AS
SELECT
    s.feed,
    s.entry_id,
    s.url,
    s.url_raw,
    s.title,
    s.author,
    s.published_at,
    s.published_raw,
    s.date_quality,
    s.first_seen_at,
    coalesce(s.left_at, greatest(s.first_seen_at, f.last_success_at), s.first_seen_at) AS last_seen_at,
    s.times_changed,
    s.times_returned,
    s.run_id,
    s.is_backfill,
    s.article_id
FROM store.sighting AS s
LEFT JOIN store.feed AS f USING (feed);

COMMENT ON VIEW sightings IS 'One row an entry in a feed. An article that three feeds list has three sightings.';
COMMENT ON COLUMN sightings.feed IS 'Name of the feed.';
COMMENT ON COLUMN sightings.entry_id IS 'The id of the entry within its feed: its guid; where that is missing or shared, what stands in for it.';
COMMENT ON COLUMN sightings.url IS 'The link as published, made absolute.';
COMMENT ON COLUMN sightings.url_raw IS 'The link to the letter as it stood in the feed.';
COMMENT ON COLUMN sightings.title IS 'Title in the feed, as text.';
COMMENT ON COLUMN sightings.author IS 'Author in the feed.';
COMMENT ON COLUMN sightings.published_at IS 'Publication time in the feed; empty unless date_quality is exact or assumed_utc.';
COMMENT ON COLUMN sightings.published_raw IS 'Publication time to the letter as it stood in the feed.';
COMMENT ON COLUMN sightings.date_quality IS 'exact; assumed_utc (no zone was given); missing; future (over a day ahead); unreadable.';
COMMENT ON COLUMN sightings.first_seen_at IS 'Start of the poll that saw it first.';
COMMENT ON COLUMN sightings.last_seen_at IS 'Start of the last poll at which the feed still listed it.';
COMMENT ON COLUMN sightings.times_changed IS 'How often an edit of the entry was seen.';
COMMENT ON COLUMN sightings.times_returned IS 'How often it came back after it had left the feed.';
COMMENT ON COLUMN sightings.run_id IS 'The run that saw it first.';
COMMENT ON COLUMN sightings.is_backfill IS 'True if a backfill brought it.';
COMMENT ON COLUMN sightings.article_id IS 'Its article; empty where it was rejected (see rejections).';
