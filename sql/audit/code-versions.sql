-- Which code ran when
-- Of the last 90 days. The part behind the + is the hash of the deployed bundle.
SELECT account_id, code_version, min(started_at) AS first_run, max(started_at) AS last_run, count(*) AS runs,
       sum(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed
FROM etl_runs
WHERE dt >= current_date - INTERVAL '90' DAY
GROUP BY account_id, code_version
ORDER BY account_id, first_run, code_version
