-- What was withdrawn
-- Events that are stored, but that the source no longer lists; source_object is the response that lacks them.
SELECT account_id, dt, agent_id, event_time, activity, reason_code, withdrawn_at, returned_at, source_object
FROM withdrawn_activity
WHERE dt >= current_date - INTERVAL '60' DAY
ORDER BY withdrawn_at DESC, account_id, event_time, agent_id, activity, reason_code, occurrence
