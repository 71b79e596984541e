-- Why entries became no article, the commonest reasons.
SELECT reason, count(*) AS rejections, any_value(error) AS example
FROM rejections
WHERE $since::TIMESTAMPTZ IS NULL OR rejected_at >= $since::TIMESTAMPTZ
GROUP BY reason
ORDER BY rejections DESC, reason
LIMIT $most;
