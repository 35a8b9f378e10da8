-- The plan, as the files in schedules/ have it
-- In schedule_files all is text: no reader of CSV in Athena takes quoted fields and dates alike. What is no date or time ends the
-- query with that text in the error. Of a time, the T and the Z of ISO 8601 may be there or not.
SELECT account_id,
       agent_id,
       CAST(day AS date) AS day,
       CAST(replace(replace(starts_at, 'T', ' '), 'Z', '') AS timestamp) AS starts_at,
       CAST(replace(replace(ends_at, 'T', ' '), 'Z', '') AS timestamp) AS ends_at,
       planned_group
FROM schedule_files
WHERE account_id <> ''
  AND lower("$path") LIKE '%.csv'
