"""Prints the hex string GOLDEN of EventWriterTest: the first record of an event file as tensorboard writes it.

pip install tensorboard==2.21.0; python golden-events.py
"""
import io

from tensorboard.compat.proto import event_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

out = io.BytesIO()
out.close = lambda: None
writer = RecordWriter(out)
event = event_pb2.Event(wall_time=1_700_000_000.5, file_version="brain.Event:2")
writer.write(event.SerializeToString())
writer.flush()
print(out.getvalue().hex())
