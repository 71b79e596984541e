-- The figures at the head of a report, one row.
SELECT
    (SELECT count(*) FROM feeds WHERE status <> 'disabled') AS feeds,
    (SELECT count(*) FROM feeds WHERE status = 'failing') AS feeds_failing,
    (SELECT count(*) FROM feeds WHERE status = 'gone') AS feeds_gone,
    (SELECT count(*) FROM feed_health INNER JOIN feeds USING (feed) WHERE is_silent AND status = 'active') AS feeds_silent,
    (SELECT count(*) FROM articles) AS articles,
    (SELECT count(DISTINCT site) FROM articles) AS sites,
    (SELECT count(*) FROM stories) AS stories,
    (SELECT count(*) FROM stories WHERE site_count > 1) AS stories_on_several_sites,
    (SELECT sum(articles)::BIGINT FROM syndication) AS reposts,
    (SELECT max(started_at) FROM polls) AS last_polled_at,
    (SELECT count(*) FROM runs) AS runs;
