-- How long each agent was in which status
-- A row of agent_stay with the agent's name and the group of the status, both as they are today. What a group is, activity_groups
-- says: the pair of activity and reason counts before the activity alone, and what has none is "other".
SELECT stay.account_id,
       stay.day,
       stay.agent_id,
       coalesce(agent.first_name || ' ' || agent.last_name, agent.first_name, agent.last_name, stay.agent_id) AS agent_name,
       stay.activity,
       stay.reason_code,
       coalesce(by_reason.activity_group, by_activity.activity_group, 'other') AS activity_group,
       stay.activity_before,
       CASE WHEN stay.activity_before IS NOT NULL
            THEN coalesce(before_by_reason.activity_group, before_by_activity.activity_group, 'other')
       END AS group_before,
       stay.started_at,
       stay.ended_at,
       stay.seconds,
       stay.entered_at,
       stay.event_seq,
       stay.changes,
       stay.end_reason,
       stay.day_started_at,
       stay.observed_from,
       stay.observed_until
FROM agent_stay AS stay
LEFT JOIN agents AS agent
  ON agent.account_id = stay.account_id AND agent.agent_id = stay.agent_id
LEFT JOIN activity_groups AS by_reason
  ON by_reason.account_id = stay.account_id AND by_reason.activity = lower(stay.activity)
 AND by_reason.reason_code = stay.reason_code
LEFT JOIN activity_groups AS by_activity
  ON by_activity.account_id = stay.account_id AND by_activity.activity = lower(stay.activity)
 AND by_activity.reason_code IS NULL
LEFT JOIN activity_groups AS before_by_reason
  ON before_by_reason.account_id = stay.account_id AND before_by_reason.activity = lower(stay.activity_before)
 AND before_by_reason.reason_code = stay.reason_code_before
LEFT JOIN activity_groups AS before_by_activity
  ON before_by_activity.account_id = stay.account_id AND before_by_activity.activity = lower(stay.activity_before)
 AND before_by_activity.reason_code IS NULL
