-- Is an event stored twice
-- What is stored more than once by what makes two events the same: no row is the right answer.
SELECT account_id, agent_id, event_time, activity, reason_code, occurrence, count(*) AS times
FROM agent_activity
WHERE dt >= current_date - INTERVAL '30' DAY
GROUP BY account_id, agent_id, event_time, activity, reason_code, occurrence
HAVING count(*) > 1
ORDER BY account_id, event_time, agent_id, activity, reason_code, occurrence
