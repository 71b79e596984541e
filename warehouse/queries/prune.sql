-- The log of polls and requests that is older than wanted, but for each feed's last poll. Articles, sightings and rejections stay.
DELETE FROM store.poll
WHERE started_at < $before AND started_at < (SELECT max(p.started_at) FROM store.poll AS p WHERE p.feed = poll.feed);

DELETE FROM store.host_wait WHERE until < $before;

DELETE FROM store.robots_file WHERE fetched_at < $before;

-- Of a page that is to be asked for again, its last request stays; an earlier one must not outlive the one that gave it up.
DELETE FROM store.page_fetch
WHERE
    fetched_at < $before
    AND (next_retry_at IS NULL OR fetched_at < (SELECT max(f.fetched_at) FROM store.page_fetch AS f WHERE f.url = page_fetch.url));
