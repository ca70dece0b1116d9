"""TensorBoard's own messages and reader beside what `spg export tensorboard` writes.

    python Tests/Reference/tensorboard_events.py fixture FILE       (Python 3.11, tensorboard 2.21, protobuf 7.36, numpy 2.4)
    python Tests/Reference/tensorboard_events.py check STORE RUNS

`fixture` writes the events of one run, made up, with TensorBoard's messages: Tests/Fixtures/tensorboard/events, which a test
compares with the encoder's bytes. `check` reads every run that was exported from STORE to the folder RUNS by TensorBoard's
reader, and compares its scalars, steps and times with the store, and its values with those of the plugin HParams; any difference
ends it.
"""

import sqlite3
import sys
from datetime import datetime
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams.api_pb2 import Status
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo, SessionStartInfo
from tensorboard.summary.writer.record_writer import RecordWriter


def fixture(path):
    began, ended = 1764500000.25, 1764500030.25
    values = {"epochs": 3.0, "learningRate": 0.002, "context": "a photo of a", "classSpecificContexts": False, "weights": "[1,0.5]"}
    start = SessionStartInfo(start_time_secs=began)
    for name, value in values.items():
        if isinstance(value, bool):
            start.hparams[name].bool_value = value
        elif isinstance(value, float):
            start.hparams[name].number_value = value
        else:
            start.hparams[name].string_value = value
    rows = "\n".join(f"| {name:21} | {text:12} |" for name, text in [
        ("parameter", "value"), ("-" * 21, "-" * 12), ("classSpecificContexts", "false"), ("context", "a photo of a"),
        ("epochs", "3"), ("learningRate", "0.002"), ("weights", "[1,0.5]")])
    plugin = SummaryMetadata.PluginData

    def session(tag, wall_time, **data):
        content = HParamsPluginData(**data).SerializeToString(deterministic=True)
        return Event(wall_time=wall_time, summary=Summary(value=[Summary.Value(
            tag=tag, metadata=SummaryMetadata(plugin_data=plugin(plugin_name="hparams", content=content)))]))

    events = [
        Event(wall_time=began, file_version="brain.Event:2"),
        session(metadata.SESSION_START_INFO_TAG, began, session_start_info=start),
        Event(wall_time=began, summary=Summary(value=[Summary.Value(
            tag="hyper-parameters", metadata=SummaryMetadata(plugin_data=plugin(plugin_name="text")),
            tensor=TensorProto(dtype=DT_STRING, tensor_shape=TensorShapeProto(), string_val=[rows.encode()]))])),
    ]
    for epoch, name, value in [(1, "loss", 2.5), (1, "validation accuracy", 0.0), (2, "loss", -1.25), (300, "loss", 1e-7)]:
        events.append(Event(
            wall_time=began + epoch / 300 * (ended - began), step=epoch,
            summary=Summary(value=[Summary.Value(tag=name, simple_value=value)])))
    events.append(session(
        metadata.SESSION_END_INFO_TAG, ended, session_end_info=SessionEndInfo(status=Status.STATUS_SUCCESS, end_time_secs=ended)))
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString(deterministic=True))


def check(store, folder):
    database = sqlite3.connect(store)
    files = sorted(Path(folder).rglob("events.out.tfevents.spg"))
    curves = {}
    for key, epoch, name, value in database.execute("SELECT key, epoch, name, value FROM metrics WHERE epoch > 0"):
        curves.setdefault(key, {}).setdefault(name, []).append((epoch, value))
    times = {key: (created, seconds) for key, created, seconds in database.execute("SELECT key, created, seconds FROM artifacts")}
    scalars = 0
    for file in files:
        run = EventAccumulator(str(file.parent), size_guidance={"scalars": 0, "tensors": 0})
        run.Reload()
        got = {tag: [(event.step, event.value) for event in run.Scalars(tag)] for tag in run.Tags()["scalars"]}
        keys = [key for key, own in curves.items() if {tag: sorted(points) for tag, points in own.items()} == got]
        assert keys, f"{file}: no artifact has these curves"
        created, seconds = times[keys[0]]
        ended = datetime.fromisoformat(created).timestamp()
        last = max((event for tag in got for event in run.Scalars(tag)), key=lambda event: event.step)
        assert abs(last.wall_time - ended) < 1e-3, (file, last.wall_time, ended)
        text = run.Tensors("hyper-parameters")[0].tensor_proto.string_val[0].decode()
        assert text.startswith("| parameter "), text
        start = metadata.parse_session_start_info_plugin_data(run.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content)
        assert abs(start.start_time_secs - (ended - seconds)) < 1e-3
        assert start.hparams["stage"].string_value and "seed" in start.hparams, start
        end = metadata.parse_session_end_info_plugin_data(run.SummaryMetadata(metadata.SESSION_END_INFO_TAG).plugin_data.content)
        assert end.status == Status.STATUS_SUCCESS and abs(end.end_time_secs - ended) < 1e-3
        scalars += sum(len(points) for points in got.values())
    print(f"{len(files)} runs, {scalars} scalars: as in the store")


if __name__ == "__main__":
    {"fixture": fixture, "check": check}[sys.argv[1]](*sys.argv[2:])
