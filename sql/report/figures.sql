-- The figures of a day, and of the same weekday a week before
-- Seen: staffed for a second at least. The peak is the first of the highest quarters of an hour.
-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'
SELECT of_day.day, of_day.agents_seen, of_day.agents_known, of_day.staffed_seconds, of_day.break_seconds, of_day.agents_ran_out,
       known.observed_seconds, known.agents_peak, known.peak_interval_start
FROM (
  SELECT account_id, day,
         CAST(count(CASE WHEN staffed_seconds > 0 THEN 1 END) AS integer) AS agents_seen,
         CAST(count(*) AS integer) AS agents_known,
         CAST(sum(staffed_seconds) AS bigint) AS staffed_seconds,
         CAST(sum(break_seconds) AS bigint) AS break_seconds,
         CAST(count(CASE WHEN ran_out THEN 1 END) AS integer) AS agents_ran_out
  FROM agent_day
  WHERE account_id = 'your-account-id'
    AND day IN (DATE '2026-01-31', CAST(DATE '2026-01-31' - INTERVAL '7' DAY AS date))
  GROUP BY account_id, day
) AS of_day
JOIN (
  SELECT account_id, day,
         CAST(sum(observed_seconds) AS integer) AS observed_seconds,
         max(highest) AS agents_peak,
         min(CASE WHEN agents_peak = highest THEN interval_start END) AS peak_interval_start
  FROM (
    SELECT account_id, day, interval_start, observed_seconds, agents_peak,
           max(agents_peak) OVER (PARTITION BY account_id, day) AS highest
    FROM staffing_interval
    WHERE account_id = 'your-account-id'
      AND day IN (DATE '2026-01-31', CAST(DATE '2026-01-31' - INTERVAL '7' DAY AS date))
      AND is_total
  ) AS quarter
  GROUP BY account_id, day
) AS known
  ON known.account_id = of_day.account_id AND known.day = of_day.day
ORDER BY of_day.day
