-- Who did what by hand, and why
-- Watermarks set, empty days acknowledged, replays, checks and backfills that a person ran in the last 90 days.
SELECT account_id, started_at, actor, job, reason, status, watermark_before, watermark_after, run_id
FROM etl_runs
WHERE actor IS NOT NULL
  AND dt >= current_date - INTERVAL '90' DAY
ORDER BY started_at DESC, run_id
