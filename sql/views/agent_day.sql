-- Each agent's day: when they came and went, and the time in each group
-- A login is a staffed stay that follows offline or nothing known; a logout an offline stay that follows a staffed one or nothing
-- known. A stay carried over midnight is neither. A break goes on when its reason changes, and over what lasted no second: breaks
-- that touch have one break_from, which is when the first began less all breaks before it.
SELECT account_id,
       day,
       agent_id,
       agent_name,
       min(login_at) AS login_at,
       max(logout_at) AS logout_at,
       CAST(sum(logins) AS integer) AS logins,
       bool_or(staffed_at_start) AS staffed_at_start,
       bool_or(staffed_at_end) AS staffed_at_end,
       min(first_change_at) AS first_change_at,
       max(last_change_at) AS last_change_at,
       CAST(sum(changes) AS integer) AS changes,
       CAST(sum(seconds) - sum(offline_seconds) AS integer) AS staffed_seconds,
       CAST(sum(available_seconds) AS integer) AS available_seconds,
       CAST(sum(busy_seconds) AS integer) AS busy_seconds,
       CAST(sum(after_call_seconds) AS integer) AS after_call_seconds,
       CAST(sum(break_seconds) AS integer) AS break_seconds,
       CAST(sum(other_work_seconds) AS integer) AS other_work_seconds,
       CAST(sum(system_seconds) AS integer) AS system_seconds,
       CAST(sum(other_seconds) AS integer) AS other_seconds,
       CAST(sum(offline_seconds) AS integer) AS offline_seconds,
       CAST(max(longest_stay_seconds) AS integer) AS longest_stay_seconds,
       CAST(max(break_seconds) AS integer) AS longest_break_seconds,
       bool_or(ran_out) AS ran_out,
       min(observed_until) AS observed_until
FROM (
  SELECT account_id,
         day,
         agent_id,
         agent_name,
         break_from,
         min(CASE WHEN entered_today AND activity_group <> 'offline' AND coalesce(group_before, 'offline') = 'offline'
                  THEN entered_at END) AS login_at,
         max(CASE WHEN entered_today AND activity_group = 'offline' AND coalesce(group_before, 'other') <> 'offline'
                  THEN entered_at END) AS logout_at,
         count(CASE WHEN entered_today AND activity_group <> 'offline' AND coalesce(group_before, 'offline') = 'offline'
                    THEN 1 END) AS logins,
         bool_or(activity_group <> 'offline' AND seconds > 0 AND started_at = day_started_at) AS staffed_at_start,
         bool_or(activity_group <> 'offline' AND seconds > 0 AND end_reason IN ('day', 'open')) AS staffed_at_end,
         min(CASE WHEN entered_today THEN entered_at END) AS first_change_at,
         max(CASE WHEN entered_today THEN entered_at END) AS last_change_at,
         sum(changes) AS changes,
         sum(seconds) AS seconds,
         sum(CASE WHEN activity_group = 'available' THEN seconds ELSE 0 END) AS available_seconds,
         sum(CASE WHEN activity_group = 'busy' THEN seconds ELSE 0 END) AS busy_seconds,
         sum(CASE WHEN activity_group = 'after_call' THEN seconds ELSE 0 END) AS after_call_seconds,
         sum(CASE WHEN activity_group = 'break' THEN seconds ELSE 0 END) AS break_seconds,
         sum(CASE WHEN activity_group = 'other_work' THEN seconds ELSE 0 END) AS other_work_seconds,
         sum(CASE WHEN activity_group = 'system' THEN seconds ELSE 0 END) AS system_seconds,
         sum(CASE WHEN activity_group = 'other' THEN seconds ELSE 0 END) AS other_seconds,
         sum(CASE WHEN activity_group = 'offline' THEN seconds ELSE 0 END) AS offline_seconds,
         max(seconds) AS longest_stay_seconds,
         bool_or(activity_group <> 'offline' AND end_reason = 'limit') AS ran_out,
         min(observed_until) AS observed_until
  FROM (
    SELECT agent_state.*,
           entered_at >= day_started_at AS entered_today,
           CASE WHEN activity_group = 'break'
                THEN started_at + INTERVAL '1' SECOND * seconds - INTERVAL '1' SECOND * sum(seconds) OVER (
                  PARTITION BY account_id, day, agent_id, activity_group = 'break' ORDER BY started_at, entered_at, event_seq, activity
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
           END AS break_from
    FROM agent_state
  ) AS stay
  GROUP BY account_id, day, agent_id, agent_name, break_from
) AS part
GROUP BY account_id, day, agent_id, agent_name
