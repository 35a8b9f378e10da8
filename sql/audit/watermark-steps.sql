-- Does every step of the watermark begin where another ended
-- Steps of the last 90 days whose beginning no other run of the last 180 left: of each account the first of its
-- history, and no other, is the right answer.
SELECT moved.account_id, moved.started_at, moved.job, moved.watermark_before, moved.watermark_after, moved.actor,
       moved.reason, moved.run_id
FROM etl_runs AS moved
WHERE moved.dt >= current_date - INTERVAL '90' DAY
  AND moved.watermark_after <> moved.watermark_before
  AND NOT EXISTS (
    SELECT 1
    FROM etl_runs AS earlier
    WHERE earlier.dt >= current_date - INTERVAL '180' DAY
      AND earlier.account_id = moved.account_id
      AND earlier.run_id <> moved.run_id
      AND earlier.watermark_after = moved.watermark_before
  )
ORDER BY moved.account_id, moved.started_at, moved.run_id
