"""A sound as rows of bytes, about one per second: what services that speak of "embeddings per second" expect."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from synesthete.audio.decode import open_sound
from synesthete.encoders.hearing import hear_sound
from synesthete.encoders.onnx import OnnxEncoder
from synesthete.web.sound.tasks import HearTask, kept_encoder, span_of

BLOCK_LOOKS = 60
"""Looks of a published network taken at a time: about a minute of sound, so that memory stays constant."""


def rows_per_second(task: HearTask) -> np.ndarray:
    """(K, D) uint8: the published bytes of a VGGish-compatible network, else quantized excerpts by second."""
    encoder = kept_encoder(task.encoder, task.shelf, task.provider)
    with open_sound(Path(task.path)) as sound:
        start_s, end_s = span_of(task.start_s, task.end_s, sound.info.duration_s, task.longest_s)
        if isinstance(encoder, OnnxEncoder) and encoder.card.postprocess:
            return _published(encoder, sound.stream(encoder.sample_rate, start_s, end_s))
        heard = hear_sound(encoder, sound, "full", start_s, end_s)
    middles = start_s + np.arange(max(1, int(end_s - start_s))) + 0.5
    centers = (heard.starts_s + heard.ends_s) / 2
    nearest = np.abs(middles[:, None] - centers[None, :]).argmin(axis=1)
    return np.clip((heard.excerpts[nearest] + 1) * 127.5, 0, 255).astype(np.uint8)


def _published(encoder: OnnxEncoder, blocks: Iterable[np.ndarray]) -> np.ndarray:
    """Bytes of every whole look of a stream, (K, D) uint8; an incomplete last look is dropped."""
    mel = encoder.mel
    patch = encoder.card.patch_frames or 96
    per_look = patch * mel.hop_length  # looks follow each other without overlap
    reach = per_look + mel.win_length - mel.hop_length  # samples that the frames of one look stand on
    held, rows = np.zeros(0, np.float32), []
    for block in blocks:
        held = np.concatenate([held, block])
        looks = 1 + (len(held) - reach) // per_look if len(held) >= reach else 0
        if looks >= BLOCK_LOOKS:
            rows.append(encoder.looks(encoder.picture(held[: looks * per_look + reach - per_look])))
            held = held[looks * per_look :]
    if len(held) >= reach:
        rows.append(encoder.looks(encoder.picture(held)))
    return np.concatenate(rows) if rows else np.zeros((0, encoder.card.dim), np.uint8)
