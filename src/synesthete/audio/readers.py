"""Two hands that open sound files: libsndfile where it is fastest, FFmpeg (PyAV) for everything else.

Measured on one core, libsndfile reads mp3, flac and wav faster and seeks them to the sample; FFmpeg reads the
other formats faster, or alone. The first bytes of a file decide, not its name. Both give mono float32 at the
file's own rate; channels are averaged here, because FFmpeg's own downmix is 3 dB louder.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, BinaryIO, Protocol

import numpy as np

from synesthete.errors import AudioError

# Values (frames x channels) per block: 4 MB of float32, so that memory stays small at any rate and width.
BLOCK_VALUES = 1 << 20
# The first block is smaller and each next one twice as large: ten seconds should not be paid as twelve.
FIRST_BLOCK_VALUES = 1 << 17

# Sound containers FFmpeg may open. Playlists and the like (hls, concat) are left out on purpose: they make
# the reader open other files and addresses, which a file handed over by a stranger must not do.
CONTAINERS = (
    "ogg,mov,mp4,m4a,3gp,3g2,mj2,asf,matroska,webm,aac,ac3,eac3,dts,dtshd,ape,wv,tta,mpc,mpc8,tak,dsf,iff,mp3,"
    "flac,wav,w64,aiff,caf,au,amr,avi,flv,mpegts,mpeg,oma,rm,voc,xwma,truehd,mlp,shn,gsm,loas,nut,oga,opus"
)

# Seconds decoded before a wanted position, so that the decoder has settled (overlap, bit reservoir, Opus'
# 80 ms) and, in Ogg, so that a page with a true time stamp is passed.
PREROLL_S = 0.3
PREROLLS_S = {
    "ogg": 1.2,
    "asf": math.inf,  # after a jump into WMA, its time stamps are up to 0.1 s off: walk there instead
}


class Reader(Protocol):
    """An open sound file: its facts, and its samples from any position on."""

    rate: int
    channels: int
    codec: str
    container: str
    frames: int | None  # length in samples per channel; None when the file does not say

    def blocks(self, start: int = 0) -> Iterator[np.ndarray]:
        """Mono float32 blocks from sample `start` on, to the end."""
        ...

    def close(self) -> None:
        """Let go of the decoder (the stream belongs to whoever opened it)."""
        ...


def open_reader(file: BinaryIO, fd: int | None = None) -> Reader:
    """The right reader for an open, seekable binary stream; `fd` is its descriptor when it is a plain file.

    Raises AudioError when neither library knows the format.
    """
    file.seek(0)
    head = file.read(64)
    if not head:
        raise AudioError("the file is empty")
    file.seek(0)
    if _suits_sndfile(head):
        try:
            return SndfileReader(file, fd)
        except AudioError:
            file.seek(0)  # a damaged header may be no obstacle for the more tolerant FFmpeg
    return AvReader(file)


def _suits_sndfile(head: bytes) -> bool:
    """Whether the first bytes are mp3, flac, wav or aiff."""
    riff = head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE"
    aiff = head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")
    # MPEG audio: eleven bits of sync, layer III, a bitrate and a rate that exist
    mp3 = head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C
    return riff or aiff or mp3 or head[:4] == b"fLaC" or head[:3] == b"ID3"


class SndfileReader:
    """A file in libsndfile's hands; where those give up before the end, FFmpeg's take over."""

    def __init__(self, file: BinaryIO, fd: int | None = None) -> None:
        import soundfile

        self._errors = (soundfile.SoundFileError, RuntimeError)
        self._stream = file
        try:
            self._file = soundfile.SoundFile(file if fd is None else fd, closefd=False)
        except (*self._errors, ValueError, TypeError) as error:
            raise AudioError(f"the sound cannot be opened ({error})") from error
        if not self._file.seekable() or not 0 < self._file.frames < 1 << 52:
            self._file.close()
            raise AudioError("the header does not say how long the sound is")
        self.rate = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.container = str(self._file.format).lower()
        kind = self._file.subtype.lower()  # of FLAC it says how many bits a sample has
        self.codec = "flac" if self.container == "flac" else "mp3" if kind.startswith("mpeg") else kind
        self.frames: int | None = int(self._file.frames)

    def blocks(self, start: int = 0) -> Iterator[np.ndarray]:
        """Mono blocks from sample `start` on; a damaged end ends the sound."""
        length = int(self._file.frames)
        position = min(start, length)
        largest = max(1, BLOCK_VALUES // self.channels)
        size = max(1, FIRST_BLOCK_VALUES // self.channels)
        buffer = np.empty((largest, self.channels), np.float32)
        damage = None
        try:
            self._file.seek(position)
            while len(block := self._file.read(dtype="float32", always_2d=True, out=buffer[:size])):
                position += len(block)
                yield downmix(block)
                size = min(2 * size, largest)
        except self._errors as error:
            damage = error
        if damage is not None or position < length - self.rate:
            yield from self._rest(position, damage, nothing_yet=position <= start)

    def _rest(self, position: int, damage: Exception | None, nothing_yet: bool) -> Iterator[np.ndarray]:
        """What FFmpeg can still read after the place where libsndfile stopped."""
        try:
            other = AvReader(self._stream)
            try:
                for block in other.blocks(position):
                    nothing_yet = False
                    yield block
            finally:
                other.close()
        except AudioError as error:
            if nothing_yet:
                raise AudioError(f"the sound cannot be decoded ({damage or error})") from error

    def close(self) -> None:
        self._file.close()


class AvReader:
    """A file in FFmpeg's hands, through PyAV."""

    def __init__(self, file: BinaryIO) -> None:
        import av

        file.seek(0)
        av.logging.set_level(None)  # damaged packets are counted below; FFmpeg need not print them
        self._errors = (av.FFmpegError, ValueError)
        # Only read and seek are handed on: with its name, FFmpeg would believe a wrong extension.
        try:
            self._container: Any = av.open(
                _Nameless(file), mode="r", options={"format_whitelist": CONTAINERS}, buffer_size=1 << 17
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            raise AudioError("this is not a sound file of a known format") from error
        try:
            if not self._container.streams.audio:
                raise AudioError("there is no sound in this file")
            self._stream = self._container.streams.audio[0]
            context = self._stream.codec_context
            self.rate, self.channels = int(context.sample_rate or 0), int(context.channels or 0)
            if self.rate <= 0 or self.channels <= 0:
                raise AudioError("the file does not say its sample rate or channels")
        except BaseException:
            self._container.close()
            raise
        self.codec = str(context.name)
        self.container = str(self._container.format.name)
        self._time_base = self._stream.time_base or Fraction(1, self.rate)
        self._origin_s = float((self._stream.start_time or 0) * self._time_base)
        self._fresh = True
        self.frames: int | None = self._length()

    def _length(self) -> int | None:
        """Samples per channel as the file says; None where it does not (a browser's recording) or guesses."""
        if self.container in ("aac", "mp3", "mpegts", "mpeg"):  # durations guessed from the bitrate
            return None
        if self._stream.duration:
            return round(float(self._stream.duration * self._time_base) * self.rate)
        if self._container.duration:
            return round(self._container.duration / 1e6 * self.rate)
        return None

    @property
    def metadata(self) -> dict[str, str]:
        """Names and texts of the container's and the stream's tags."""
        return {**self._stream.metadata, **self._container.metadata}

    def count(self) -> int:
        """Length in samples by walking through all packets without decoding them."""
        self._rewind(0.0)
        end = 0.0
        for packet in self._packets():
            if packet.pts is not None:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        return max(0, round((end - self._origin_s) * self.rate))

    def blocks(self, start: int = 0) -> Iterator[np.ndarray]:
        """Mono blocks from sample `start` on; damaged packets are passed over.

        Exact to the sample where the container keeps exact times (Ogg, MP4, WAV, FLAC), to 10 ms where it
        rounds them (Matroska and WebM).
        """
        preroll = PREROLLS_S.get(self.container, PREROLL_S)
        pieces = self._pieces(start, preroll)
        held: list[np.ndarray] = []
        values = 0
        for piece in pieces:
            held.append(piece)
            values += piece.size
            if values >= BLOCK_VALUES // 16:  # a second or so: whoever wants ten seconds pays for ten
                yield downmix(np.concatenate(held))
                held, values = [], 0
        if held:
            yield downmix(np.concatenate(held))

    def _pieces(self, start: int, preroll_s: float) -> Iterator[np.ndarray]:
        """Decoded frames (n, channels) with everything before sample `start` cut off."""
        from_s = start / self.rate - preroll_s
        counted = from_s <= 0  # from the beginning, samples are counted; else time stamps tell where we are
        position = 0 if counted else None
        self._rewind(from_s)
        good = bad = 0
        for packet in self._packets():
            try:
                frames = packet.decode()
            except self._errors:
                bad += 1
                continue
            for frame in frames:
                good += 1
                if not counted and (position is None or position < start):
                    stamped = self._position(frame)
                    if position is None and (stamped is None or stamped > start):
                        yield from self._pieces(start, math.inf)  # lost: walk there from the beginning
                        return
                    position = position if stamped is None else stamped
                assert position is not None
                samples = _samples(frame, self.channels)
                ahead = start - position
                position += len(samples)
                if ahead < len(samples):
                    yield samples[max(ahead, 0) :]
        if bad > good:
            raise AudioError("the sound is damaged: most of it cannot be decoded")

    def _position(self, frame: Any) -> int | None:
        """The sample number at which a decoded frame begins, by its time stamp."""
        if frame.pts is None:
            return None
        return round((float(frame.pts * frame.time_base) - self._origin_s) * self.rate)

    def _rewind(self, to_s: float) -> None:
        """Go to a time, or a little before; nothing to do for the beginning of a file just opened."""
        fresh, self._fresh = self._fresh, False
        if fresh and to_s <= 0:
            return
        target = self._origin_s + max(0.0, to_s)
        try:
            self._container.seek(int(target / float(self._time_base)), stream=self._stream)
        except self._errors as error:
            raise AudioError(f"this file cannot be searched ({error})") from error

    def _packets(self) -> Iterator[Any]:
        """Packets to the end; a broken container ends the sound where it breaks."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, *self._errors):
                return
            yield packet

    def close(self) -> None:
        self._container.close()


class _Nameless:
    """A stream without its name, so that only the content tells the format."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell

    def seekable(self) -> bool:
        return True


_SCALE = {"u1": 128.0, "i2": 32768.0, "i4": 2147483648.0, "i8": 9223372036854775808.0}


def _samples(frame: Any, channels: int) -> np.ndarray:
    """A decoded frame as (n, channels) float32 in [-1, 1]."""
    raw = frame.to_ndarray()
    table = raw.T if frame.format.is_planar else raw.reshape(-1, frame.layout.nb_channels)
    kind = raw.dtype.str[1:]
    if kind in _SCALE:
        table = table.astype(np.float32)
        if kind == "u1":
            table -= 128.0
        table *= np.float32(1.0 / _SCALE[kind])
    if table.shape[1] != channels:  # the layout changed on the way: keep the first block's width
        table = np.repeat(table.mean(axis=1, keepdims=True), channels, axis=1)
    return table


def downmix(block: np.ndarray) -> np.ndarray:
    """The average of all channels: (n, C) -> (n,) float32, a new array."""
    channels = block.shape[1]
    if channels == 1:
        return np.array(block[:, 0], dtype=np.float32)
    return block.astype(np.float32, copy=False) @ np.full(channels, 1.0 / channels, np.float32)
