-- How many are staffed, by weekday and hour
-- Monday is 1; hours are local. A day when nothing is known of any agent counts for nothing: it is not a day with nobody. An hour that comes twice weighs two, one that clocks skip none.
-- Put yours in place of: account 'your-account-id', from DATE '2026-01-04', to DATE '2026-01-31'
SELECT date_diff('day', DATE '2024-01-01', day) % 7 + 1 AS weekday, hour(local_start) AS local_hour,
       CAST(sum(agent_seconds) AS bigint) / CAST(sum(observed_seconds) AS double) AS agents_average, max(agents_peak) AS agents_peak
FROM staffing_interval
WHERE account_id = 'your-account-id'
  AND day BETWEEN DATE '2026-01-04' AND DATE '2026-01-31'
  AND is_total
GROUP BY date_diff('day', DATE '2024-01-01', day) % 7 + 1, hour(local_start)
ORDER BY weekday, local_hour
