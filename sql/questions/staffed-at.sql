-- How many were in which group at one moment
-- The moment is UTC and must lie in the local day.
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31', at TIMESTAMP '2026-01-31 10:15:00'
SELECT activity_group, count(*) AS agents
FROM agent_state
WHERE account_id = 'your-account-id'
  AND day = DATE '2026-01-31'
  AND started_at <= TIMESTAMP '2026-01-31 10:15:00'
  AND coalesce(ended_at, observed_until) > TIMESTAMP '2026-01-31 10:15:00'
GROUP BY activity_group
ORDER BY activity_group
