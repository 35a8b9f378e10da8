-- All stays of a day, agent by agent
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT agent_id, activity, reason_code, activity_group, started_at, seconds, entered_at, end_reason
FROM agent_state
WHERE account_id = 'your-account-id'
  AND day = DATE '2026-01-31'
ORDER BY agent_id, started_at, entered_at, event_seq, activity, reason_code
