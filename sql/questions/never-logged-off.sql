-- Who never logged off
-- Staffed statuses that ended because nothing was heard for the longest stay; what the agent did after last_known is not known.
-- Put yours in place of: account 'your-account-id', from DATE '2026-01-25', to DATE '2026-01-31'
SELECT day, agent_id, agent_name, activity, reason_code, entered_at, ended_at AS last_known
FROM agent_state
WHERE account_id = 'your-account-id'
  AND day BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
  AND end_reason = 'limit'
  AND activity_group <> 'offline'
ORDER BY day, agent_name, agent_id, entered_at
