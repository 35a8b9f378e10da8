-- What did an agent do, by half hours
-- In the order of time, as local clocks show it: where they are set back, an hour comes twice, told apart by its offset.
-- Put yours in place of: account 'your-account-id', agent 'your-agent-id', day DATE '2026-01-31'
SELECT local_start - INTERVAL '1' MINUTE * (minute(local_start) % 30) AS half_hour, offset_minutes, activity, reason_code,
       activity_group, CAST(sum(seconds) AS bigint) AS seconds
FROM agent_state_interval
WHERE account_id = 'your-account-id'
  AND day = DATE '2026-01-31'
  AND agent_id = 'your-agent-id'
GROUP BY local_start - INTERVAL '1' MINUTE * (minute(local_start) % 30), offset_minutes, activity, reason_code, activity_group
ORDER BY min(interval_start), activity, reason_code
