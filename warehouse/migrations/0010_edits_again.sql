-- An edit is followed again as well where its page failed when it was seen.
COMMENT ON COLUMN store.sighting.refetch_at IS 'It was edited, among many others or when its page could not be had: its page is asked for again then.';
