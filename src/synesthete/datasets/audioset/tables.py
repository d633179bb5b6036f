"""Clips written as JSON lines and as Parquet, for notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from synesthete.datasets.audioset.clips import DIMENSIONS
from synesthete.datasets.findings import LabeledClip

BATCH = 4096
"""Clips written at a time: about 5 MB of embeddings."""


def write_tables(clips: Iterable[LabeledClip], folder: Path, name: str = "audioset") -> dict[str, Any]:
    """Write `name`.jsonl and `name`.parquet below the folder; the files and how many clips they hold.

    Columns: video_id, start_time_seconds, end_time_seconds, labels (mids), label_names, and
    audio_embedding: 10 x 128 numbers 0..255 (lists in JSON; one list of 1,280 bytes in Parquet).
    Both are written beside their place and renamed when complete.
    """
    from arro3.core import RecordBatch, RecordBatchReader
    from arro3.io import write_parquet

    folder.mkdir(parents=True, exist_ok=True)
    places = {ending: folder / f"{name}.{ending}" for ending in ("jsonl", "parquet")}
    beside = {ending: place.with_name(place.name + ".part") for ending, place in places.items()}
    schema = _schema()
    written = 0
    with beside["jsonl"].open("w", encoding="utf-8") as lines:

        def batches() -> Iterable[Any]:
            nonlocal written
            rest = iter(clips)
            while batch := list(islice(rest, BATCH)):
                for clip in batch:
                    lines.write(json.dumps(_row(clip), ensure_ascii=False) + "\n")
                written += len(batch)
                yield RecordBatch.from_arrays(_columns(batch), schema=schema)

        write_parquet(RecordBatchReader.from_batches(schema, batches()), beside["parquet"])
    for ending, place in places.items():
        beside[ending].replace(place)
    return {"clips": written, **{ending: str(place) for ending, place in places.items()}}


def _schema() -> Any:
    from arro3.core import DataType, Field, Schema

    texts, numbers = _list_types()
    return Schema([
        Field("video_id", DataType.utf8()),
        Field("start_time_seconds", DataType.float64()),
        Field("end_time_seconds", DataType.float64()),
        Field("labels", texts),
        Field("label_names", texts),
        Field("audio_embedding", numbers),
    ])  # fmt: skip


def _list_types() -> tuple[Any, Any]:
    from arro3.core import DataType, Field

    return DataType.list(Field("item", DataType.utf8())), DataType.list(Field("item", DataType.uint8()))


def _columns(batch: Sequence[LabeledClip]) -> list[Any]:
    from arro3.core import Array, DataType, list_array

    texts, numbers = _list_types()

    def lists(rows: Sequence[Sequence[str]]) -> Any:
        flat = [text for row in rows for text in row]
        return list_array(_offsets([len(row) for row in rows]), Array(flat, DataType.utf8()), type=texts)

    sound = [clip.frames.reshape(-1) for clip in batch]
    return [
        Array([clip.video for clip in batch], DataType.utf8()),
        Array.from_numpy(np.array([clip.start_s for clip in batch], np.float64)),
        Array.from_numpy(np.array([clip.end_s for clip in batch], np.float64)),
        lists([clip.labels for clip in batch]),
        lists([clip.names for clip in batch]),
        list_array(_offsets([len(s) for s in sound]), Array.from_numpy(np.concatenate(sound)), type=numbers),
    ]


def _offsets(lengths: Sequence[int]) -> Any:
    from arro3.core import Array

    return Array.from_numpy(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32))


def _row(clip: LabeledClip) -> dict[str, Any]:
    return {
        "video_id": clip.video,
        "start_time_seconds": clip.start_s,
        "end_time_seconds": clip.end_s,
        "labels": clip.labels,
        "label_names": clip.names,
        "audio_embedding": clip.frames.reshape(-1, DIMENSIONS).tolist(),
    }
