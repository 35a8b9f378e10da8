-- How good the data of each UTC day is
-- What came late, what has no group, what was rejected or withdrawn, and what the latest check of the day found. A day without events
-- has a row as soon as anything else is known of it.
SELECT account_id,
       dt,
       CAST(sum(events) AS bigint) AS events,
       CAST(sum(agents) AS bigint) AS agents,
       CAST(sum(late_events) AS bigint) AS late_events,
       CAST(max(longest_lag_seconds) AS bigint) AS longest_lag_seconds,
       CAST(sum(unknown_events) AS bigint) AS unknown_events,
       CAST(sum(rejected) AS bigint) AS rejected,
       CAST(sum(withdrawn) AS bigint) AS withdrawn,
       bool_or(confirmed) AS confirmed,
       max(checked_at) AS checked_at
FROM (
  SELECT event.account_id,
         event.dt,
         count(*) AS events,
         count(DISTINCT event.agent_id) AS agents,
         count(CASE WHEN event.ingested_at > event.event_time + INTERVAL '15' MINUTE THEN 1 END) AS late_events,
         max(date_diff('second', event.event_time, date_trunc('second', event.ingested_at))) AS longest_lag_seconds,
         count(CASE WHEN coalesce(by_reason.activity_group, by_activity.activity_group, 'other') = 'other' THEN 1 END) AS unknown_events,
         0 AS rejected,
         0 AS withdrawn,
         CAST(NULL AS boolean) AS confirmed,
         CAST(NULL AS timestamp) AS checked_at
  FROM agent_activity AS event
  LEFT JOIN activity_groups AS by_reason
    ON by_reason.account_id = event.account_id AND by_reason.activity = lower(event.activity)
   AND by_reason.reason_code = event.reason_code
  LEFT JOIN activity_groups AS by_activity
    ON by_activity.account_id = event.account_id AND by_activity.activity = lower(event.activity)
   AND by_activity.reason_code IS NULL
  GROUP BY event.account_id, event.dt
  UNION ALL
  SELECT account_id, dt, 0, 0, 0, NULL, 0, count(*), 0, NULL, NULL
  FROM rejected_activity
  GROUP BY account_id, dt
  UNION ALL
  SELECT account_id, dt, 0, 0, 0, NULL, 0, 0, count(*), NULL, NULL
  FROM withdrawn_activity
  WHERE returned_at IS NULL
  GROUP BY account_id, dt
  UNION ALL
  SELECT account_id, dt, 0, 0, 0, NULL, 0, 0, 0, confirmed, checked_at
  FROM etl_completeness
) AS fact
GROUP BY account_id, dt
