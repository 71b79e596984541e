SELECT * FROM articles WHERE CAST(first_seen_at AS DATE) = $day ORDER BY article_id;
