-- Runs of a kind that a killed process has left behind: only one run of a kind goes on at a time.
SELECT run_id FROM store.run WHERE status = 'running' AND kind = $kind;
