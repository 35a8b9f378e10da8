-- Who wrote a block
-- Every run that put a version of the object, and with which code. Put the object's key in place of this one.
-- A run that wrote more than 1,000 blocks names the first 1,000; its log line names all.
SELECT started_at, job, status, code_version, actor, run_id, blocks
FROM etl_runs
WHERE blocks LIKE '%"activity/account_id=your-account-id/dt=2026-01-31/activity.parquet"%'
ORDER BY started_at
