-- What could not be understood
-- Each row as it was sent, why it was rejected, and the response it stands in.
SELECT account_id, dt, reason, raw, window_from, window_to, ingested_at, source_object
FROM rejected_activity
WHERE dt >= current_date - INTERVAL '30' DAY
ORDER BY ingested_at DESC, account_id, raw_sha256
