"""Any network in ONNX with a card beside it: our own and VGGish differ by card, not by class."""

from __future__ import annotations

import platform
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np

from synesthete.audio.spectrogram import MelSpec
from synesthete.encoders.encoder import Card, normalized
from synesthete.encoders.vggish import Postprocessor, dequantized
from synesthete.errors import FormatError, SettingsError

Precision = Literal["auto", "fp32", "int8"]
# Pictures (or patches) per call of the network: enough to keep the matrix units busy, small in memory.
BATCH = 16
# Processor features with which 8-bit convolutions beat 32-bit ones; without them they are slower.
INT8_FEATURES = frozenset({"avx512_vnni", "avx_vnni", "amx_int8", "asimddp"})


class OnnxEncoder:
    """A trained ear: the network of a folder, run by ONNX Runtime.

    The network takes (N, T, M) or (N, 1, T, M) pictures and gives (N, D). One that looks at fewer frames
    than an excerpt has (`patch_frames`, or a fixed T) is shown the excerpt in patches, and the embedding is
    their mean.
    """

    def __init__(
        self,
        folder: Path,
        precision: Precision = "auto",
        provider: str = "CPUExecutionProvider",
        threads: int = 1,
    ) -> None:
        self.card = Card.load(folder)
        if self.card.mel is None:
            raise FormatError("this card has no MelSpec, so nobody knows what to show", subject=folder)
        self.mel: MelSpec = self.card.mel
        self.precision = _chosen(self.card, precision)
        # "Denormals are zero" is a mode of the thread that runs the network: it gets one of its own, so that
        # nobody else's floats change.
        self._room = ThreadPoolExecutor(1, thread_name_prefix=self.card.name)
        file = folder / self.card.files[self.precision]
        self._session = self._room.submit(_session, file, provider, threads).result()
        self._post = Postprocessor.load(folder / self.card.files["pca"]) if self.card.postprocess else None
        entry = self._session.get_inputs()[0]
        self._input, self._rank = entry.name, len(entry.shape)
        if self._rank not in (3, 4):
            raise FormatError(f"a network with input {entry.shape}, not (N, T, M)", subject=folder)
        frames, fixed_batch = entry.shape[-2], entry.shape[0]
        self._patch = self.card.patch_frames or (frames if isinstance(frames, int) else None)
        self._hop = self.card.patch_hop or self._patch
        self._fixed = isinstance(fixed_batch, int)
        self._batch = fixed_batch if self._fixed else BATCH

    @property
    def sample_rate(self) -> int:
        """Samples per second it wants."""
        return self.mel.sample_rate

    @property
    def frame_rate(self) -> float:
        """Frames per second of its pictures."""
        return self.mel.frame_rate

    def picture(self, waveform: np.ndarray) -> np.ndarray:
        """The log-mel picture of (S,) samples: (T, M) float32."""
        return self.mel.log_mel(waveform)

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """The points of (N, T, M) pictures: (N, D) float32, each of length 1."""
        pictures = np.asarray(pictures, np.float32)
        if self._patch is None:
            return normalized(self._run(pictures))
        patches = np.stack([self._patches(picture) for picture in pictures])  # (N, K, P, M)
        looks = self._looks(patches.reshape(-1, *patches.shape[2:]))
        looks = dequantized(looks) if self._post else normalized(looks)
        return normalized(looks.reshape(len(pictures), -1, looks.shape[-1]).mean(axis=1))

    def looks(self, picture: np.ndarray) -> np.ndarray:
        """What the network says of every patch of one (T, M) picture: (K, D).

        Raw numbers, or the published bytes (uint8) of VGGish.
        """
        return self._looks(self._patches(picture) if self._patch else picture[None])

    def _looks(self, patches: np.ndarray) -> np.ndarray:
        raw = self._run(patches)
        return self._post.codes(raw) if self._post else raw

    def _patches(self, picture: np.ndarray) -> np.ndarray:
        """(T, M) cut into (K, P, M); a shorter picture is repeated, an incomplete last patch dropped."""
        assert self._patch and self._hop
        if len(picture) < self._patch:
            picture = np.resize(picture, (self._patch, picture.shape[1]))
        starts = range(0, len(picture) - self._patch + 1, self._hop)
        return np.stack([picture[start : start + self._patch] for start in starts])

    def _run(self, pictures: np.ndarray) -> np.ndarray:
        """The network's first output for (N, T, M), in small batches: (N, D) float32."""
        given = pictures if self._rank == 3 else pictures[:, None]
        parts = []
        for start in range(0, len(given), self._batch):
            part = given[start : start + self._batch]
            full = np.resize(part, (self._batch, *part.shape[1:])) if self._fixed else part
            out = self._room.submit(self._session.run, None, {self._input: full}).result()[0]
            parts.append(np.asarray(out, np.float32).reshape(len(full), -1)[: len(part)])
        return np.concatenate(parts) if parts else np.zeros((0, self.card.dim), np.float32)


def networks(card: Card) -> list[Literal["fp32", "int8"]]:
    """The roles of the networks that a card names, at least one of 'fp32' and 'int8'. Raises FormatError."""
    roles: tuple[Literal["fp32", "int8"], ...] = ("fp32", "int8")
    present = [role for role in roles if role in card.files]
    if not present:
        raise FormatError(f"the card of {card.name} names no network: files has neither fp32 nor int8")
    return present


def _chosen(card: Card, precision: Precision) -> str:
    """The role of the network's file: 'fp32' or 'int8'."""
    present = networks(card)
    if precision != "auto":
        if precision not in present:
            raise FormatError(f"{card.name} has no {precision} network", hint=f"It has {', '.join(present)}.")
        return precision
    return "int8" if "int8" in present and (len(present) == 1 or fast_int8()) else present[0]


def fast_int8() -> bool:
    """Whether this processor multiplies bytes faster than floats (Linux tells; elsewhere ARM64 does)."""
    try:
        features = set(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return platform.machine().lower() in ("arm64", "aarch64")
    return bool(features & INT8_FEATURES)


def _session(path: Path, provider: str, threads: int) -> Any:
    import onnxruntime

    available = onnxruntime.get_available_providers()
    if provider not in available:
        raise SettingsError(
            f"no execution provider {provider!r} here", hint=f"There is {', '.join(available)}."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Weights too small to be normal floats make some published networks a hundred times slower.
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=[provider])
    except Exception as error:
        raise FormatError(f"this network cannot be loaded ({error})", subject=path) from error
