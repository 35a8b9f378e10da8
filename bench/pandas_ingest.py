"""The same as ingest.ts with pandas and pyarrow: prints the processor time of each run, ms, and the peak, bytes."""

import json
import resource
import sys
import time

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

KEY = ["AgentId", "EventTime", "Activity", "ReasonCode"]


def work(source: str, target: str) -> None:
    with open(source, "rb") as file:
        events = pd.DataFrame(json.loads(file.read())["AgentUpdates"])
    events["EventTime"] = pd.to_datetime(events["EventTime"], format="%m/%d/%Y %H:%M:%S")
    events["ReasonCode"] = events["ReasonCode"].replace("", None)
    events = events.drop_duplicates(KEY).sort_values(["AgentId", "EventTime"])
    table = pa.Table.from_pandas(events, preserve_index=False)
    pq.write_table(table, target, compression="gzip")


source, runs = sys.argv[1], int(sys.argv[2])
took = []
for _ in range(runs):
    began = time.process_time()
    work(source, source + ".pandas.parquet")
    took.append((time.process_time() - began) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"cpu": took, "peak": peak}))
