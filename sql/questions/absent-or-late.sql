-- Who was planned, and absent or late
-- Ask for days that have ended. Absent: no staffed second within the plan; arrived_at is then null. Late: the first came after the plan began.
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT plan.agent_id, plan.planned_from, plan.planned_until, present.arrived_at,
       date_diff('second', plan.planned_from, present.arrived_at) AS seconds_late
FROM (
  SELECT account_id, day, agent_id, min(starts_at) AS planned_from, max(ends_at) AS planned_until
  FROM schedule
  WHERE account_id = 'your-account-id'
    AND day = DATE '2026-01-31'
  GROUP BY account_id, day, agent_id
) AS plan
LEFT JOIN (
  SELECT block.account_id, block.day, block.agent_id, min(greatest(state.started_at, block.starts_at)) AS arrived_at
  FROM schedule AS block
  JOIN agent_state AS state
    ON state.account_id = block.account_id AND state.day = block.day AND state.agent_id = block.agent_id
   AND state.started_at < block.ends_at AND state.started_at + INTERVAL '1' SECOND * state.seconds > block.starts_at
  WHERE state.account_id = 'your-account-id'
    AND state.day = DATE '2026-01-31'
    AND state.activity_group <> 'offline'
    AND state.seconds > 0
  GROUP BY block.account_id, block.day, block.agent_id
) AS present
  ON present.account_id = plan.account_id AND present.day = plan.day AND present.agent_id = plan.agent_id
WHERE present.arrived_at IS NULL OR present.arrived_at > plan.planned_from
ORDER BY plan.planned_from, plan.agent_id
