-- May I report on these days
-- Days here are those of UTC: a local day lies in two of them. Confirmed: a check a day later found nothing missing.
-- Put yours in place of: account 'your-account-id', from DATE '2026-01-25', to DATE '2026-01-31'
SELECT dt, CASE WHEN confirmed THEN 'confirmed complete' WHEN NOT confirmed THEN 'not yet' ELSE 'never checked' END AS verdict,
       events, agents, late_events, longest_lag_seconds, unknown_events, rejected, withdrawn, checked_at
FROM activity_quality
WHERE account_id = 'your-account-id'
  AND dt BETWEEN DATE '2026-01-25' AND DATE '2026-01-31'
ORDER BY dt
