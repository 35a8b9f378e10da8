"""A careful script: what one writes in an afternoon. bench/beside.ts measures what it loses."""
import json, os, sys, time, urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

from told import pulls, result

HOST, ACCOUNT, START, FOLDER = sys.argv[1:]
folder = Path(FOLDER)
state = folder / "watermark"

def fetch(since, until):
    query = f"fromTimeStamp={since:%Y-%m-%dT%H:%M:%SZ}&toTimeStamp={until:%Y-%m-%dT%H:%M:%SZ}"
    url = f"{HOST}/agentassist/api/public/analytics/account/{ACCOUNT}/agentactivity?{query}"
    for attempt in range(5):
        try:
            request = urllib.request.Request(url, headers={"auth": os.environ["TOKEN"]})
            return json.load(urllib.request.urlopen(request, timeout=30))["AgentUpdates"]
        except (OSError, ValueError, KeyError):
            if attempt == 4:
                raise
            time.sleep(2**attempt)

def write(file, text):
    file.with_suffix(".new").write_text(text)
    os.replace(file.with_suffix(".new"), file)

for now in pulls():
    until = now - timedelta(seconds=90)
    since = datetime.fromisoformat(state.read_text() if state.exists() else START)
    days = {}
    for update in fetch(since - timedelta(hours=1), until):  # an hour again, for what is late
        at = datetime.strptime(update["EventTime"], "%m/%d/%Y %H:%M:%S")
        row = [update["AgentId"], at.isoformat(), update["Activity"], update.get("ReasonCode") or ""]
        days.setdefault(at.date(), []).append(row)
    for day, rows in days.items():
        file = folder / f"{day}.json"
        stored = json.loads(file.read_text()) if file.exists() else []
        write(file, json.dumps(sorted({json.dumps(row): row for row in stored + rows}.values())))
    write(state, until.isoformat())
result(FOLDER, [row for file in folder.glob("*-*.json") for row in json.loads(file.read_text())])
