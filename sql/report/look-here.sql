-- What a supervisor should look at in a day
-- Who never logged off (and the status nobody heard of again); breaks of more than an hour; System Away that came and went within
-- a second three times or more.
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT 'ran_out' AS what, agent_id, activity, reason_code, entered_at, seconds, CAST(NULL AS integer) AS times
FROM agent_state
WHERE account_id = 'your-account-id'
  AND day = DATE '2026-01-31'
  AND end_reason = 'limit'
  AND activity_group <> 'offline'
UNION ALL
SELECT 'long_break', agent_id, NULL, NULL, NULL, longest_break_seconds, NULL
FROM agent_day
WHERE account_id = 'your-account-id'
  AND day = DATE '2026-01-31'
  AND longest_break_seconds > 3600
UNION ALL
SELECT 'flicker', agent_id, NULL, NULL, min(started_at), NULL, CAST(count(*) AS integer)
FROM agent_state
WHERE account_id = 'your-account-id'
  AND day = DATE '2026-01-31'
  AND activity_group = 'system'
  AND seconds = 0
GROUP BY agent_id
HAVING count(*) >= 3
ORDER BY what, seconds DESC, times DESC, agent_id, entered_at
