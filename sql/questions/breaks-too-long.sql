-- Which breaks were too long
-- Stays in group break that lasted longer within their day. A break under several reasons is several stays: agent_day has the longest.
-- Put yours in place of: account 'your-account-id', from DATE '2026-01-25', to DATE '2026-01-31', longer INTERVAL '30' MINUTE
SELECT day, agent_id, agent_name, activity, reason_code, started_at, ended_at, seconds, end_reason
FROM agent_state
WHERE account_id = 'your-account-id'
  AND day BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
  AND activity_group = 'break'
  AND started_at + INTERVAL '1' SECOND * seconds > started_at + INTERVAL '30' MINUTE
ORDER BY seconds DESC, day, agent_id, started_at
