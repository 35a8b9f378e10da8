-- How good the data is, of the UTC days around a local day
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT dt, events, agents, late_events, longest_lag_seconds, unknown_events, rejected, withdrawn, confirmed, checked_at
FROM activity_quality
WHERE account_id = 'your-account-id'
  AND dt BETWEEN CAST(DATE '2026-01-31' - INTERVAL '7' DAY AS date) AND CAST(DATE '2026-01-31' + INTERVAL '1' DAY AS date)
ORDER BY dt
