-- Who kept to the plan
-- Adherence: planned seconds in which the agent was in a group that suits them, of all planned seconds; conformance: seconds worked in
-- the day, whenever, of those planned for work. Ask for days that have ended. A night shift is split at midnight, as its days are.
-- Put yours in place of: account 'your-account-id', from DATE '2026-01-25', to DATE '2026-01-31'
SELECT plan.day, plan.agent_id, coalesce(worked.agent_name, plan.agent_id) AS agent_name,
       plan.planned_seconds, coalesce(kept.kept_seconds, 0) AS kept_seconds,
       coalesce(kept.kept_seconds, 0) / CAST(nullif(plan.planned_seconds, 0) AS double) AS adherence,
       plan.planned_work_seconds,
       coalesce(worked.available_seconds + worked.busy_seconds + worked.after_call_seconds, 0) AS worked_seconds,
       coalesce(worked.available_seconds + worked.busy_seconds + worked.after_call_seconds, 0)
         / CAST(nullif(plan.planned_work_seconds, 0) AS double) AS conformance
FROM (
  SELECT account_id, day, agent_id,
         CAST(sum(date_diff('second', starts_at, ends_at)) AS bigint) AS planned_seconds,
         CAST(sum(CASE WHEN planned_group = 'work' THEN date_diff('second', starts_at, ends_at) ELSE 0 END) AS bigint)
           AS planned_work_seconds
  FROM schedule
  WHERE account_id = 'your-account-id'
    AND day BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
  GROUP BY account_id, day, agent_id
) AS plan
LEFT JOIN (
  SELECT block.account_id, block.day, block.agent_id,
         CAST(sum(date_diff('second',
           greatest(state.started_at, block.starts_at),
           least(state.started_at + INTERVAL '1' SECOND * state.seconds, block.ends_at))) AS bigint) AS kept_seconds
  FROM schedule AS block
  JOIN agent_state AS state
    ON state.account_id = block.account_id AND state.day = block.day AND state.agent_id = block.agent_id
   AND state.started_at < block.ends_at AND state.started_at + INTERVAL '1' SECOND * state.seconds > block.starts_at
   AND CASE WHEN state.activity_group IN ('available', 'busy', 'after_call') THEN 'work' ELSE state.activity_group END
     = block.planned_group
  WHERE state.account_id = 'your-account-id'
    AND state.day BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
  GROUP BY block.account_id, block.day, block.agent_id
) AS kept
  ON kept.account_id = plan.account_id AND kept.day = plan.day AND kept.agent_id = plan.agent_id
LEFT JOIN (
  SELECT account_id, day, agent_id, agent_name, available_seconds, busy_seconds, after_call_seconds
  FROM agent_day
  WHERE account_id = 'your-account-id'
    AND day BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
) AS worked
  ON worked.account_id = plan.account_id AND worked.day = plan.day AND worked.agent_id = plan.agent_id
ORDER BY plan.day, adherence, plan.agent_id
