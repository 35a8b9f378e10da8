-- How many are staffed by weekday and local hour, in the four weeks that end with a day
-- Monday is 1. An hour that comes twice weighs two, one that clocks skip none.
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT date_diff('day', DATE '2024-01-01', day) % 7 + 1 AS weekday, hour(local_start) AS local_hour,
       CAST(sum(agent_seconds) AS bigint) AS agent_seconds, CAST(sum(observed_seconds) AS bigint) AS observed_seconds,
       max(agents_peak) AS agents_peak, CAST(count(DISTINCT day) AS integer) AS days
FROM staffing_interval
WHERE account_id = 'your-account-id'
  AND day BETWEEN CAST(DATE '2026-01-31' - INTERVAL '27' DAY AS date) AND DATE '2026-01-31'
  AND is_total
GROUP BY date_diff('day', DATE '2024-01-01', day) % 7 + 1, hour(local_start)
ORDER BY weekday, local_hour
