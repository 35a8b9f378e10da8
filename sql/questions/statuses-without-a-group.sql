-- Which statuses have no group, and what do they cost
-- They count as staffed, in group other. Name them in the setting activityGroups: that holds for all of the history.
-- Put yours in place of: account 'your-account-id', from DATE '2026-01-25', to DATE '2026-01-31'
SELECT activity, reason_code, CAST(sum(seconds) AS bigint) / 3600e0 AS hours, count(DISTINCT agent_id) AS agents,
       CAST(sum(changes) AS bigint) AS events
FROM agent_state
WHERE account_id = 'your-account-id'
  AND day BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
  AND activity_group = 'other'
GROUP BY activity, reason_code
ORDER BY hours DESC, activity, reason_code
