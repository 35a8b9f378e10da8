-- Seconds of each agent in each status per quarter of an hour
-- Intervals are those of UTC, which are quarters of an hour in every zone of today; the local label stands beside it. Where clocks
-- are set back a label comes twice: group by interval_start, or by local_start and offset_minutes.
SELECT piece.account_id,
       piece.day,
       piece.agent_id,
       piece.agent_name,
       piece.interval_start,
       piece.interval_start + INTERVAL '1' MINUTE * zone.offset_minutes AS local_start,
       zone.offset_minutes,
       piece.activity,
       piece.reason_code,
       piece.activity_group,
       CAST(sum(date_diff('second',
         greatest(piece.started_at, piece.interval_start),
         least(piece.left_at, piece.interval_start + INTERVAL '15' MINUTE))) AS integer) AS seconds
FROM (
  SELECT stay.account_id, stay.day, stay.agent_id, stay.agent_name, stay.activity, stay.reason_code, stay.activity_group,
         stay.started_at, stay.left_at, stay.first_quarter + INTERVAL '15' MINUTE * quarter.later AS interval_start
  FROM (
    SELECT account_id, day, agent_id, agent_name, activity, reason_code, activity_group, started_at,
           started_at + INTERVAL '1' SECOND * seconds AS left_at,
           started_at - INTERVAL '1' SECOND * second(started_at) - INTERVAL '1' MINUTE * (minute(started_at) % 15) AS first_quarter,
           minute(started_at) % 15 * 60 + second(started_at) + seconds - 1 AS last_second
    FROM agent_state
    WHERE seconds > 0
  ) AS stay
  CROSS JOIN UNNEST(sequence(0, CAST((stay.last_second - stay.last_second % 900) / 900 AS bigint), 1)) AS quarter (later)
) AS piece
JOIN account_offsets AS zone
  ON zone.account_id = piece.account_id
 AND zone.from_time <= piece.interval_start AND zone.to_time > piece.interval_start
GROUP BY piece.account_id, piece.day, piece.agent_id, piece.agent_name, piece.interval_start, zone.offset_minutes,
         piece.activity, piece.reason_code, piece.activity_group
