-- Which days of an account there are to report on
-- And what of each is known. Whole: from its first instant to the first of the next day. All of the history is read for it, hence
-- the table and no view over it.
-- Put yours in place of: account 'your-account-id'
SELECT known.day, known.day_started_at, known.observed_from, known.observed_until,
       known.observed_from = known.day_started_at
         AND CAST(known.observed_until + INTERVAL '1' MINUTE * zone.offset_minutes AS date) > known.day AS is_whole
FROM (
  SELECT account_id, day, min(day_started_at) AS day_started_at, min(observed_from) AS observed_from,
         min(observed_until) AS observed_until
  FROM agent_stay
  WHERE account_id = 'your-account-id'
  GROUP BY account_id, day
) AS known
JOIN account_offsets AS zone
  ON zone.account_id = known.account_id
 AND zone.from_time <= known.observed_until AND zone.to_time > known.observed_until
ORDER BY known.day
