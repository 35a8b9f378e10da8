-- How many agents were in each group, per quarter of an hour
-- Average and peak, and for all but offline together as "staffed". Every known quarter has a row for every group, also for nobody.
-- A sweep: each stay counts 1 from its start on and 1 less from its end on, so who leaves and who comes in one instant are never both
-- counted. Of a quarter that is known in part, the average is over that part.
SELECT quarter.account_id,
       quarter.day,
       quarter.interval_start,
       quarter.interval_start + INTERVAL '1' MINUTE * zone.offset_minutes AS local_start,
       zone.offset_minutes,
       counted.activity_group,
       counted.activity_group = 'staffed' AS is_total,
       CASE counted.activity_group
           WHEN 'available' THEN quarter.available_seconds
           WHEN 'busy' THEN quarter.busy_seconds
           WHEN 'after_call' THEN quarter.after_call_seconds
           WHEN 'break' THEN quarter.break_seconds
           WHEN 'other_work' THEN quarter.other_work_seconds
           WHEN 'system' THEN quarter.system_seconds
           WHEN 'other' THEN quarter.other_seconds
           WHEN 'offline' THEN quarter.offline_seconds
           WHEN 'staffed' THEN quarter.staffed_seconds
         END / CAST(quarter.observed_seconds AS double) AS agents_average,
       CAST(CASE counted.activity_group
           WHEN 'available' THEN quarter.available_peak
           WHEN 'busy' THEN quarter.busy_peak
           WHEN 'after_call' THEN quarter.after_call_peak
           WHEN 'break' THEN quarter.break_peak
           WHEN 'other_work' THEN quarter.other_work_peak
           WHEN 'system' THEN quarter.system_peak
           WHEN 'other' THEN quarter.other_peak
           WHEN 'offline' THEN quarter.offline_peak
           WHEN 'staffed' THEN quarter.staffed_peak
         END AS integer) AS agents_peak,
       CAST(CASE counted.activity_group
           WHEN 'available' THEN quarter.available_seconds
           WHEN 'busy' THEN quarter.busy_seconds
           WHEN 'after_call' THEN quarter.after_call_seconds
           WHEN 'break' THEN quarter.break_seconds
           WHEN 'other_work' THEN quarter.other_work_seconds
           WHEN 'system' THEN quarter.system_seconds
           WHEN 'other' THEN quarter.other_seconds
           WHEN 'offline' THEN quarter.offline_seconds
           WHEN 'staffed' THEN quarter.staffed_seconds
         END AS bigint) AS agent_seconds,
       CAST(quarter.observed_seconds AS integer) AS observed_seconds
FROM (
  SELECT account_id,
         day,
         interval_start,
         sum(seconds) AS observed_seconds,
         sum(in_available * seconds) AS available_seconds, max(in_available) AS available_peak,
         sum(in_busy * seconds) AS busy_seconds, max(in_busy) AS busy_peak,
         sum(in_after_call * seconds) AS after_call_seconds, max(in_after_call) AS after_call_peak,
         sum(in_break * seconds) AS break_seconds, max(in_break) AS break_peak,
         sum(in_other_work * seconds) AS other_work_seconds, max(in_other_work) AS other_work_peak,
         sum(in_system * seconds) AS system_seconds, max(in_system) AS system_peak,
         sum(in_other * seconds) AS other_seconds, max(in_other) AS other_peak,
         sum(in_offline * seconds) AS offline_seconds, max(in_offline) AS offline_peak,
         sum(in_staffed * seconds) AS staffed_seconds, max(in_staffed) AS staffed_peak
  FROM (
    SELECT level.*, in_available + in_busy + in_after_call + in_break + in_other_work + in_system + in_other AS in_staffed
    FROM (
      SELECT account_id,
             day,
             date_trunc('hour', moment) + INTERVAL '1' MINUTE * (minute(moment) - minute(moment) % 15) AS interval_start,
             date_diff('second', moment, lead(moment) OVER (PARTITION BY account_id, day ORDER BY moment)) AS seconds,
             sum(available) OVER (PARTITION BY account_id, day ORDER BY moment) AS in_available,
             sum(busy) OVER (PARTITION BY account_id, day ORDER BY moment) AS in_busy,
             sum(after_call) OVER (PARTITION BY account_id, day ORDER BY moment) AS in_after_call,
             sum(break) OVER (PARTITION BY account_id, day ORDER BY moment) AS in_break,
             sum(other_work) OVER (PARTITION BY account_id, day ORDER BY moment) AS in_other_work,
             sum(system) OVER (PARTITION BY account_id, day ORDER BY moment) AS in_system,
             sum(other) OVER (PARTITION BY account_id, day ORDER BY moment) AS in_other,
             sum(offline) OVER (PARTITION BY account_id, day ORDER BY moment) AS in_offline
      FROM (
        SELECT account_id,
               day,
               moment,
               sum(CASE WHEN activity_group = 'available' THEN agents_more ELSE 0 END) AS available,
               sum(CASE WHEN activity_group = 'busy' THEN agents_more ELSE 0 END) AS busy,
               sum(CASE WHEN activity_group = 'after_call' THEN agents_more ELSE 0 END) AS after_call,
               sum(CASE WHEN activity_group = 'break' THEN agents_more ELSE 0 END) AS break,
               sum(CASE WHEN activity_group = 'other_work' THEN agents_more ELSE 0 END) AS other_work,
               sum(CASE WHEN activity_group = 'system' THEN agents_more ELSE 0 END) AS system,
               sum(CASE WHEN activity_group = 'other' THEN agents_more ELSE 0 END) AS other,
               sum(CASE WHEN activity_group = 'offline' THEN agents_more ELSE 0 END) AS offline
        FROM (
          SELECT stay.account_id, stay.day, stay.activity_group, edge.agents_more,
                 CASE WHEN edge.agents_more = 1 THEN stay.started_at ELSE stay.started_at + INTERVAL '1' SECOND * stay.seconds END AS moment
          FROM agent_state AS stay
          CROSS JOIN (VALUES (1), (-1)) AS edge (agents_more)
          WHERE stay.seconds > 0
          UNION ALL
          SELECT known.account_id, known.day, 'nobody', 0,
                 least(greatest(quarter.moment, known.observed_from), known.observed_until)
          FROM (
            SELECT account_id, day, min(observed_from) AS observed_from, min(observed_until) AS observed_until
            FROM agent_stay
            GROUP BY account_id, day
          ) AS known
          CROSS JOIN UNNEST(sequence(
            date_trunc('hour', known.observed_from),
            known.observed_until + INTERVAL '15' MINUTE,
            INTERVAL '15' MINUTE)) AS quarter (moment)
        ) AS step
        GROUP BY account_id, day, moment
      ) AS change
    ) AS level
    WHERE seconds IS NOT NULL
  ) AS known_level
  GROUP BY account_id, day, interval_start
) AS quarter
CROSS JOIN (VALUES ('available'), ('busy'), ('after_call'), ('break'), ('other_work'), ('system'), ('other'), ('offline'),
  ('staffed')) AS counted (activity_group)
JOIN account_offsets AS zone
  ON zone.account_id = quarter.account_id
 AND zone.from_time <= quarter.interval_start AND zone.to_time > quarter.interval_start
