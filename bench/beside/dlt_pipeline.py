"""dlt, as its documentation shows it for an API of time windows: an incremental cursor with a lag, merged by a key."""
import os, sys
from datetime import datetime, timedelta, timezone

import dlt
from dlt.sources.helpers import requests
from told import pulls, result

HOST, ACCOUNT, START, FOLDER = sys.argv[1:]
KEY = ["agent_id", "event_time", "activity", "reason_code"]


@dlt.resource(name="agent_activity", write_disposition="merge", primary_key=KEY)
def agent_activity(
    now: datetime,
    cursor=dlt.sources.incremental(
        "event_time", initial_value=datetime.fromisoformat(START), lag=3600, range_start="closed"
    ),
):
    span = {"fromTimeStamp": cursor.last_value, "toTimeStamp": now - timedelta(seconds=90)}
    answer = requests.get(
        f"{HOST}/agentassist/api/public/analytics/account/{ACCOUNT}/agentactivity",
        params={name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in span.items()},
        headers={"auth": os.environ["TOKEN"]},
    )
    for update in answer.json()["AgentUpdates"]:
        at = datetime.strptime(update["EventTime"], "%m/%d/%Y %H:%M:%S").replace(tzinfo=timezone.utc)
        yield {
            "agent_id": update["AgentId"],
            "event_time": at,
            "activity": update["Activity"],
            "reason_code": update.get("ReasonCode") or "",
        }


pipeline = dlt.pipeline(
    "beside",
    destination=dlt.destinations.duckdb(f"{FOLDER}/stored.duckdb"),
    dataset_name="lake",
    pipelines_dir=FOLDER,
)
for now in pulls():
    pipeline.run(agent_activity(now))
with pipeline.sql_client() as client:
    rows = client.execute_sql(
        "SELECT agent_id, strftime(event_time::TIMESTAMPTZ AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S'), activity, reason_code FROM agent_activity"
    )
result(FOLDER, [list(row) for row in rows])
