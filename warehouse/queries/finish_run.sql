-- The counts of a run, from what it has stored. A retried page that made an article belongs to the run that first saw its entry.
WITH polled AS (
    SELECT
        count(*) FILTER (WHERE outcome <> 'skipped') AS feeds_polled,
        count(*) FILTER (WHERE outcome = 'failed') AS feeds_failed,
        count(*) FILTER (WHERE outcome = 'not_modified') AS feeds_not_modified,
        coalesce(sum(entries_seen), 0) AS entries_seen,
        coalesce(sum(entries_new), 0) AS entries_new,
        coalesce(sum(entries_changed), 0) AS entries_changed
    FROM store.poll
    WHERE run_id = $run_id
),
listed AS (
    SELECT coalesce(sum(entries_seen), 0) AS entries_seen, coalesce(sum(entries_new), 0) AS entries_new
    FROM store.backfill_page
    WHERE run_id = $run_id
),
seen AS (
    SELECT count(article_id) AS entries_stored, count(*) - count(article_id) AS rejected
    FROM store.sighting
    WHERE run_id = $run_id
),
made AS (
    SELECT count(*) AS articles_new
    FROM store.article
    WHERE run_id = $run_id
),
told AS (
    SELECT count(DISTINCT a.story_id) AS stories
    FROM store.sighting AS s
    INNER JOIN store.article AS a USING (article_id)
    WHERE
        s.run_id = $run_id AND a.run_id = $run_id
        AND a.story_id NOT IN (SELECT o.story_id FROM store.article AS o WHERE o.run_id <> $run_id AND o.first_seen_at < a.first_seen_at)
)
UPDATE store.run SET
    status = $status,
    finished_at = $finished_at,
    feeds_polled = polled.feeds_polled,
    feeds_failed = polled.feeds_failed,
    feeds_not_modified = polled.feeds_not_modified,
    entries_seen = polled.entries_seen + listed.entries_seen,
    entries_new = polled.entries_new + listed.entries_new,
    entries_changed = polled.entries_changed,
    entries_stored = seen.entries_stored,
    articles_new = made.articles_new,
    duplicates = seen.entries_stored - told.stories,
    rejected = seen.rejected
FROM polled, listed, seen, made, told
WHERE run_id = $run_id;
