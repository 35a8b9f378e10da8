"""Airbyte's CDK: airbyte.yaml read incrementally; its rows deduplicated by the key, as a destination does."""
import logging, os, sys
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from airbyte_cdk.models import (
    AirbyteStateMessage, AirbyteStateMessageSerializer, AirbyteStream, ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream, DestinationSyncMode, SyncMode, Type,
)
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from told import pulls, result

HOST, ACCOUNT, START, FOLDER = sys.argv[1:]
logging.disable(logging.INFO)
manifest = yaml.safe_load(Path(__file__).with_name("airbyte.yaml").read_text())
stream = AirbyteStream(
    name="agent_activity", json_schema={}, supported_sync_modes=[SyncMode.full_refresh, SyncMode.incremental]
)
catalog = ConfiguredAirbyteCatalog(
    streams=[ConfiguredAirbyteStream(stream, SyncMode.incremental, DestinationSyncMode.append_dedup)]
)
state: list[AirbyteStateMessage] = []
stored = {}
for now in pulls():
    end = f"{now - timedelta(seconds=90):%Y-%m-%dT%H:%M:%SZ}"
    config = {"host": HOST, "account": ACCOUNT, "token": os.environ["TOKEN"], "start": START, "end": end}
    source = ConcurrentDeclarativeSource(catalog, config, state, source_config=manifest)
    for message in source.read(logging.getLogger(), config, catalog, state):
        if message.type == Type.RECORD:
            row = message.record.data
            stored[row["AgentId"], row["EventTime"], row["Activity"], row.get("ReasonCode")] = row
        elif message.type == Type.STATE:
            state = [message.state]
result(
    FOLDER,
    [
        [agent, datetime.strptime(at, "%m/%d/%Y %H:%M:%S").isoformat(), activity, reason or ""]
        for agent, at, activity, reason in stored
    ],
)
