-- How late reposts are behind originals that were seen, where both dates can be trusted.
SELECT
    CASE
        WHEN minutes < 0 THEN 0
        WHEN minutes < 5 THEN 1
        WHEN minutes < 15 THEN 2
        WHEN minutes < 60 THEN 3
        WHEN minutes < 180 THEN 4
        WHEN minutes < 720 THEN 5
        WHEN minutes < 1440 THEN 6
        WHEN minutes < 10080 THEN 7
        ELSE 8
    END AS step,
    count(*) AS reposts
FROM (
    SELECT date_diff('second', o.published_at, a.published_at) / 60.0 AS minutes
    FROM stories AS s
    INNER JOIN articles AS o ON o.article_id = s.original_article_id
    INNER JOIN articles AS a ON a.story_id = s.story_id AND a.site <> o.site
    WHERE
        s.original_source IS NULL
        AND o.published_at IS NOT NULL
        AND a.published_at IS NOT NULL
        AND ($since::TIMESTAMPTZ IS NULL OR a.published_at >= $since::TIMESTAMPTZ)
)
GROUP BY step
ORDER BY step;
