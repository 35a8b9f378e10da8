-- How far the clocks of the report time zone are from UTC, around a day
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT greatest(from_time, CAST(DATE '2026-01-31' AS timestamp) - INTERVAL '3' DAY) AS from_time,
       least(to_time, CAST(DATE '2026-01-31' AS timestamp) + INTERVAL '4' DAY) AS to_time,
       offset_minutes
FROM account_offsets
WHERE account_id = 'your-account-id'
  AND from_time < CAST(DATE '2026-01-31' AS timestamp) + INTERVAL '4' DAY
  AND to_time > CAST(DATE '2026-01-31' AS timestamp) - INTERVAL '3' DAY
ORDER BY from_time
