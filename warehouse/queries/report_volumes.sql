-- Articles by the day, week, month or quarter in which they were published, or else first seen: 120 bars at most. The earliest hundredth
-- is left out where it would stretch the picture: a feed that dates one entry 1970 is enough for that.
WITH dated AS (
    SELECT
        coalesce(a.published_at, a.first_seen_at) AS dated_at,
        (s.site_count > 1 OR s.original_source IS NOT NULL) AND a.site <> coalesce(s.original_source, o.site) AS is_repost
    FROM articles AS a
    INNER JOIN stories AS s USING (story_id)
    INNER JOIN articles AS o ON o.article_id = s.original_article_id
    WHERE $since::TIMESTAMPTZ IS NULL OR coalesce(a.published_at, a.first_seen_at) >= $since::TIMESTAMPTZ
),
span AS (
    SELECT
        CASE WHEN date_diff('day', quantile_disc(dated_at, 0.01), max(dated_at)) > 120 THEN quantile_disc(dated_at, 0.01) ELSE min(dated_at) END AS first_at,
        max(dated_at) AS last_at
    FROM dated
),
scaled AS (
    SELECT
        first_at,
        last_at,
        CASE
            WHEN date_diff('day', first_at, last_at) < 120 THEN 'day'
            WHEN date_diff('week', first_at, last_at) < 120 THEN 'week'
            WHEN date_diff('month', first_at, last_at) < 120 THEN 'month'
            ELSE 'quarter'
        END AS unit
    FROM span
),
bucket AS (
    SELECT
        unit,
        unnest(
            generate_series(
                date_trunc(unit, first_at),
                date_trunc(unit, last_at),
                CASE unit WHEN 'day' THEN INTERVAL 1 DAY WHEN 'week' THEN INTERVAL 7 DAY WHEN 'month' THEN INTERVAL 1 MONTH ELSE INTERVAL 3 MONTH END
            )
        ) AS begins_at
    FROM scaled
    WHERE first_at IS NOT NULL
)
SELECT
    b.unit,
    b.begins_at,
    count(d.dated_at) FILTER (WHERE NOT d.is_repost) AS own,
    count(d.dated_at) FILTER (WHERE d.is_repost) AS reposts
FROM bucket AS b
LEFT JOIN dated AS d ON date_trunc(b.unit, d.dated_at) = b.begins_at
GROUP BY b.unit, b.begins_at
ORDER BY b.begins_at;
