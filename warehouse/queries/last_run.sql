SELECT run_id, kind, status FROM runs WHERE status <> 'running' ORDER BY started_at DESC LIMIT 1;
