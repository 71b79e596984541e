SELECT fetched_at, url, final_url, http_status, bytes, duration_ms, error, attempts, next_retry_at
FROM store.page_fetch
WHERE url IN (SELECT unnest($urls)) OR final_url IN (SELECT unnest($urls))
ORDER BY fetched_at;
