-- What a run wrote
-- The versions of blocks, as JSON. Put the run's id and its day in place of these.
SELECT account_id, started_at, ended_at, job, status, code_version, new, rejected, blocks
FROM etl_runs
WHERE run_id = '00000000-0000-0000-0000-000000000000'
  AND dt = DATE '2026-01-31'
