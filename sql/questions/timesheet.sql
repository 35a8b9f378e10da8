-- When did each agent come and go, and for how many hours in what
-- Hours are rounded to hundredths. Times are UTC. Without a login the agent was staffed since the day before, or not at all: staffed_at_start tells.
-- Put yours in place of: account 'your-account-id', from DATE '2026-01-25', to DATE '2026-01-31'
SELECT agent_id, agent_name, day, login_at, logout_at, logins, staffed_at_start, staffed_at_end,
       (staffed_seconds + 18 - (staffed_seconds + 18) % 36) / 3600e0 AS staffed_hours,
       (available_seconds + 18 - (available_seconds + 18) % 36) / 3600e0 AS available_hours,
       (busy_seconds + 18 - (busy_seconds + 18) % 36) / 3600e0 AS busy_hours,
       (after_call_seconds + 18 - (after_call_seconds + 18) % 36) / 3600e0 AS after_call_hours,
       (break_seconds + 18 - (break_seconds + 18) % 36) / 3600e0 AS break_hours,
       (other_work_seconds + 18 - (other_work_seconds + 18) % 36) / 3600e0 AS other_work_hours,
       (system_seconds + 18 - (system_seconds + 18) % 36) / 3600e0 AS system_hours,
       (other_seconds + 18 - (other_seconds + 18) % 36) / 3600e0 AS other_hours
FROM agent_day
WHERE account_id = 'your-account-id'
  AND day BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
ORDER BY agent_name, agent_id, day
