-- What a day came from
-- The responses that the stored events of a day came from, and when each was pulled. The SHA-256 of its bytes is the end
-- of each key. Put the account and the day in place of these.
SELECT source_object, min(ingested_at) AS pulled_at, count(*) AS events,
       min(event_time) AS first_event, max(event_time) AS last_event
FROM agent_activity
WHERE account_id = 'your-account-id'
  AND dt = DATE '2026-01-31'
GROUP BY source_object
ORDER BY pulled_at, source_object
