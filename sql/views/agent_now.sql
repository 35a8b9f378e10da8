-- What each agent was doing when last known
-- As of observed_until, a few minutes ago, not as of now. Who has been silent for longer than the longest stay is not in it.
SELECT account_id,
       day,
       agent_id,
       agent_name,
       activity,
       reason_code,
       activity_group,
       entered_at,
       CAST(date_diff('second', entered_at, observed_until) AS integer) AS seconds,
       observed_until
FROM (
  SELECT account_id, day, agent_id, agent_name, activity, reason_code, activity_group, entered_at, end_reason, observed_until,
         max(observed_until) OVER (PARTITION BY account_id) AS latest
  FROM agent_state
  WHERE day >= CAST(current_date - INTERVAL '2' DAY AS date)
) AS recent
WHERE end_reason IN ('open', 'day') AND observed_until = latest
