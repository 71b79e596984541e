INSERT INTO store.run
VALUES ($run_id, $kind, $started_at, NULL, 'running', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $prefect_flow_run_id, $version);
