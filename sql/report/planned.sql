-- How many seconds of agents were planned, per quarter of an hour of a day
-- Whatever they are planned for: work, breaks and other work together are what "staffed" is compared with.
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT quarter.interval_start,
       CAST(sum(date_diff('second',
         greatest(plan.starts_at, quarter.interval_start),
         least(plan.ends_at, quarter.interval_start + INTERVAL '15' MINUTE))) AS bigint) AS planned_seconds
FROM (
  SELECT starts_at, ends_at
  FROM schedule
  WHERE account_id = 'your-account-id'
    AND day = DATE '2026-01-31'
    AND ends_at > starts_at
) AS plan
CROSS JOIN UNNEST(sequence(
  date_trunc('hour', plan.starts_at) + INTERVAL '1' MINUTE * (minute(plan.starts_at) - minute(plan.starts_at) % 15),
  plan.ends_at - INTERVAL '1' SECOND,
  INTERVAL '15' MINUTE)) AS quarter (interval_start)
GROUP BY quarter.interval_start
ORDER BY quarter.interval_start
