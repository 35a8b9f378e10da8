-- Who wrote a block
-- Every run that wrote a version of the block, and with which code. Put the account and the day, twice, in place
-- of these; "$path" of a row in agent_activity is the key of the version it stands in.
-- A run that wrote more than 1,000 blocks names the first 1,000; its log line names all.
SELECT started_at, job, status, code_version, actor, run_id, blocks
FROM etl_runs
WHERE blocks LIKE '%"blocks/activity/account_id=your-account-id/dt=2026-01-31/%'
  AND dt >= DATE '2026-01-31'
ORDER BY started_at, run_id
