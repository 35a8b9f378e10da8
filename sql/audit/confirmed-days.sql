-- Which days are confirmed complete, and since when
-- A day without a row was never checked: npm run activity -- gaps --stack NAME says whether it was read at all.
SELECT account_id, dt, confirmed, confirmed_since, checked_at, listed, stored_before, added, withdrawn, rejected,
       suspect_windows, empty_acknowledged_at, run_id
FROM etl_completeness
WHERE dt >= current_date - INTERVAL '60' DAY
ORDER BY account_id, dt DESC
