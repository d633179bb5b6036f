"""AudioSet's clips: from records (with embeddings) or from the segment lists (without)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from synesthete.datasets.audioset.example import SequenceExample, decode
from synesthete.datasets.audioset.tfrecord import records
from synesthete.datasets.audioset.vocabulary import Vocabulary
from synesthete.datasets.documents import Document
from synesthete.datasets.facts import number
from synesthete.datasets.findings import LabeledClip
from synesthete.datasets.report import Report
from synesthete.datasets.text import lines
from synesthete.music import Description

SECONDS, DIMENSIONS = 10, 128
"""A complete clip has ten embeddings, one a second, of 128 bytes."""

VIDEO = re.compile(r"[\w-]{11}")
"""A YouTube video id."""

LOW, HIGH = -2.0, 2.0
"""Range the published VGGish post-processing clips to before it quantizes to 8 bits."""

NOT_MUSIC = "no label that was asked for"
INCOMPLETE = "shorter than ten seconds"


def read_clips(document: Document, report: Report, vocabulary: Vocabulary) -> Iterator[LabeledClip]:
    """The clips of one TFRecord file that carry a wanted label and are complete.

    Refused: records that are damaged, are no SequenceExample, or lack an id or sound. Left out: other
    labels, shorter clips.
    """
    with document.opened() as stream:
        for position, data in records(stream, report):
            try:
                clip = _clip(decode(data), vocabulary)
            except (ValueError, UnicodeDecodeError) as error:
                report.refuse("not an AudioSet record", position, error)
                continue
            if isinstance(clip, str):
                (report.leave_out if clip in (NOT_MUSIC, INCOMPLETE) else report.refuse)(clip)
            else:
                report.accept()
                yield clip


def read_segments(document: Document, report: Report, vocabulary: Vocabulary) -> Iterator[LabeledClip]:
    """The wanted segments of a list such as balanced_train_segments.csv; their `frames` are (0, 128)."""
    with document.opened() as stream:
        for line, text in lines(stream, report):
            if text.startswith("#") or not text.strip():
                continue
            fields = [field.strip().strip('"') for field in text.split(",")]
            start, end = (number(field) for field in [*fields, "", "", ""][1:3])
            labels = tuple(field for field in fields[3:] if field)
            if not VIDEO.fullmatch(fields[0]) or start is None or end is None or not labels:
                report.refuse("not a video id, two times and labels", line, text)
            elif not vocabulary.wants(labels):
                report.leave_out(NOT_MUSIC)
            elif abs(end - start - SECONDS) > 0.01:
                report.leave_out(INCOMPLETE)
            else:
                report.accept()
                frames = np.zeros((0, DIMENSIONS), np.uint8)
                yield LabeledClip(fields[0], start, end, labels, vocabulary.names(labels), frames)


def _clip(example: SequenceExample, vocabulary: Vocabulary) -> LabeledClip | str:
    context = example.context
    video = _text(context.get("video_id"))
    if not VIDEO.fullmatch(video):
        return "no video id"
    labels = tuple(vocabulary.mid(int(i)) for i in context.get("labels", []))
    if not labels or not vocabulary.wants(labels):
        return NOT_MUSIC
    sound = [frame[0] for frame in example.lists.get("audio_embedding", []) if frame]
    if not all(isinstance(frame, bytes) and len(frame) == DIMENSIONS for frame in sound):
        return "an embedding that is not 128 bytes"
    if len(sound) < SECONDS:
        return INCOMPLETE if sound else "no embedding"
    frames = np.frombuffer(b"".join(sound[:SECONDS]), np.uint8).reshape(SECONDS, DIMENSIONS)  # type: ignore[arg-type]
    start = _number(context.get("start_time_seconds"))
    end = _number(context.get("end_time_seconds")) or start + SECONDS
    return LabeledClip(video, start, end, labels, vocabulary.names(labels), frames)


def dequantized(frames: np.ndarray) -> np.ndarray:
    """(T, 128) float32 in [-2, 2] from (T, 128) uint8: the inverse of VGGish's 8-bit quantization."""
    return frames.astype(np.float32) * ((HIGH - LOW) / 255) + LOW


def sound_of(clip: LabeledClip) -> tuple[np.ndarray, np.ndarray]:
    """The clip's embedding (128,) and its seconds (T, 128), both L2-normalized float32."""
    seconds = dequantized(clip.frames)
    return _unit(seconds.mean(axis=0)), _unit(seconds)


def described(clip: LabeledClip) -> Description:
    """The clip as a track: named by what is heard and where it is."""
    heard = ", ".join(clip.names[:3]) or "Clip"
    minutes, seconds = divmod(int(clip.start_s), 60)
    return Description(
        title=f"{heard} ({clip.video} at {minutes}:{seconds:02})",
        artist="AudioSet",
        duration_s=clip.end_s - clip.start_s,
        ids=(("audioset", f"{clip.video}@{clip.start_s:g}"),),
    )


def _unit(vectors: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)


def _text(values: object) -> str:
    first = values[0] if isinstance(values, list) and values else b""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else ""


def _number(values: object) -> float:
    first = values[0] if isinstance(values, list) and values else 0.0
    return float(first) if isinstance(first, int | float) else 0.0
