-- Where staffed time went, by status and reason
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT state.activity_group, state.activity, state.reason_code, named.label,
       CAST(sum(state.seconds) AS bigint) AS seconds,
       CAST(sum(state.changes) AS bigint) AS changes,
       CAST(count(DISTINCT state.agent_id) AS integer) AS agents
FROM agent_state AS state
LEFT JOIN activity_groups AS named
  ON named.account_id = state.account_id AND named.activity = lower(state.activity) AND named.reason_code = state.reason_code
WHERE state.account_id = 'your-account-id'
  AND state.day = DATE '2026-01-31'
GROUP BY state.activity_group, state.activity, state.reason_code, named.label
ORDER BY seconds DESC, state.activity, state.reason_code
