-- Each agent's day
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT agent_id, agent_name, login_at, logout_at, logins, staffed_at_start, staffed_at_end, first_change_at, changes,
       staffed_seconds, available_seconds, busy_seconds, after_call_seconds, break_seconds, other_work_seconds, system_seconds,
       other_seconds, offline_seconds, longest_break_seconds, ran_out
FROM agent_day
WHERE account_id = 'your-account-id'
  AND day = DATE '2026-01-31'
ORDER BY agent_id
