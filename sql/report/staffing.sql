-- How many agents were in each group, per quarter of an hour of a day
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT interval_start, activity_group, agents_average, agents_peak, agent_seconds, observed_seconds
FROM staffing_interval
WHERE account_id = 'your-account-id'
  AND day = DATE '2026-01-31'
ORDER BY interval_start, activity_group
