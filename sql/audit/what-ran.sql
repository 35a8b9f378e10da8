-- What ran
-- Every run of the last seven whole days; etl_runs ends yesterday. Today's: npm run activity -- runs --stack NAME
SELECT account_id, started_at, job, status, code_version, duration_ms, windows, requests, new, rejected,
       watermark_before, watermark_after, failure_class, actor, run_id
FROM etl_runs
WHERE dt >= current_date - INTERVAL '7' DAY
ORDER BY account_id, started_at, run_id
