-- Who did what by hand, and why
-- Watermarks set, empty days acknowledged, replays, checks and backfills that a person ran.
SELECT account_id, started_at, actor, job, reason, status, watermark_before, watermark_after, run_id
FROM etl_runs
WHERE actor IS NOT NULL
ORDER BY started_at DESC
