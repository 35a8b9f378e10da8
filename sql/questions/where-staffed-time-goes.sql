-- Where does staffed time go, by status and reason
-- The share of what is no work is the part of shrinkage that the feed shows: absence is not in it.
-- Put yours in place of: account 'your-account-id', from DATE '2026-01-25', to DATE '2026-01-31'
SELECT state.activity_group, state.activity, state.reason_code, named.label,
       CAST(sum(state.seconds) AS bigint) AS seconds,
       CAST(sum(state.seconds) AS bigint) / CAST(sum(sum(state.seconds)) OVER () AS double) AS share
FROM agent_state AS state
LEFT JOIN activity_groups AS named
  ON named.account_id = state.account_id AND named.activity = lower(state.activity) AND named.reason_code = state.reason_code
WHERE state.account_id = 'your-account-id'
  AND state.day BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
  AND state.activity_group <> 'offline'
  AND state.seconds > 0
GROUP BY state.activity_group, state.activity, state.reason_code, named.label
ORDER BY seconds DESC, state.activity, state.reason_code
