"""Meltano's SDK: a REST tap with a replication key; its rows upserted by the key, as a target does."""
import contextlib, io, json, logging, os, sys
from datetime import datetime, timedelta, timezone

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from told import pulls, result

HOST, ACCOUNT, START, FOLDER = sys.argv[1:]
logging.disable(logging.WARNING)


class AgentActivity(RESTStream):
    name = "agent_activity"
    url_base = HOST
    path = f"/agentassist/api/public/analytics/account/{ACCOUNT}/agentactivity"
    records_jsonpath = "$.AgentUpdates[*]"
    primary_keys = ("agent_id", "event_time", "activity", "reason_code")
    replication_key = "event_time"
    http_headers = {"auth": os.environ["TOKEN"]}
    schema = th.PropertiesList(
        th.Property("agent_id", th.StringType),
        th.Property("event_time", th.DateTimeType),
        th.Property("activity", th.StringType),
        th.Property("reason_code", th.StringType),
    ).to_dict()

    def get_url_params(self, context, next_page_token):
        since = self.get_starting_timestamp(context) - timedelta(hours=1)
        until = datetime.fromisoformat(self.config["now"]) - timedelta(seconds=90)
        return {"fromTimeStamp": f"{since:%Y-%m-%dT%H:%M:%SZ}", "toTimeStamp": f"{until:%Y-%m-%dT%H:%M:%SZ}"}

    def post_process(self, row, context=None):
        at = datetime.strptime(row["EventTime"], "%m/%d/%Y %H:%M:%S").replace(tzinfo=timezone.utc)
        return {
            "agent_id": row["AgentId"],
            "event_time": at.isoformat(),
            "activity": row["Activity"],
            "reason_code": row.get("ReasonCode") or "",
        }


class AgentActivityTap(Tap):
    name = "tap-agent-activity"
    config_jsonschema = th.PropertiesList(
        th.Property("start_date", th.DateTimeType), th.Property("now", th.DateTimeType)
    ).to_dict()

    def discover_streams(self):
        return [AgentActivity(self)]


state = None
stored = {}
for now in pulls():
    config = {"start_date": START, "now": now.isoformat()}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        AgentActivityTap(config=config, state=state).sync_all()
    for line in said.getvalue().splitlines():
        message = json.loads(line)
        if message["type"] == "RECORD":
            row = message["record"]
            stored[row["agent_id"], row["event_time"], row["activity"], row["reason_code"]] = row
        elif message["type"] == "STATE":
            state = message["value"]
result(
    FOLDER,
    [[agent, at.replace("+00:00", ""), activity, reason] for agent, at, activity, reason in stored],
)
