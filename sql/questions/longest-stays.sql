-- Which staffed stays were the longest, across midnight
-- Begun before the first of the days, a stay shows what of it lies within them. A status that was repeated for longer than the longest
-- stay begins anew each day, at the first event seen.
-- Put yours in place of: account 'your-account-id', from DATE '2026-01-25', to DATE '2026-01-31'
SELECT agent_id, agent_name, activity, reason_code, activity_group, entered_at, event_seq, CAST(sum(seconds) AS bigint) AS seconds
FROM agent_state
WHERE account_id = 'your-account-id'
  AND day BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
  AND activity_group <> 'offline'
GROUP BY account_id, agent_id, agent_name, activity, reason_code, activity_group, entered_at, event_seq
ORDER BY seconds DESC, agent_id, entered_at, event_seq, activity
LIMIT 50
