"""Tags as they come: in many formats, damaged, missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from synesthete.audio.tags import mended, read_tags, split_genres
from synesthete.errors import AudioError
from tests import sound

MBID = "f151cb94-c909-46a8-ad99-fb77391abfb8"
TAGS = {
    "title": "Tïtle", "artist": "AC/DC", "album": "Álbum", "album_artist": "Various", "date": "1999-05-01",
    "track": "3/12", "disc": "2/2", "genre": "Rock; Pop/rock", "MUSICBRAINZ_TRACKID": MBID, "ISRC": "US-ABC-12-34567",
    "REPLAYGAIN_TRACK_GAIN": "-7.5 dB",
}  # fmt: skip


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".opus", ".m4a"])
def test_reads_what_was_written(tmp_path: Path, suffix: str) -> None:
    path = sound.write(tmp_path / f"a{suffix}", sound.chord(220, 0.5), TAGS)
    tags = read_tags(path)
    assert (tags.title, tags.artist, tags.album, tags.album_artist) == ("Tïtle", "AC/DC", "Álbum", "Various")
    assert (tags.track_no, tags.disc_no, tags.year, tags.genres) == (3, 2, 1999, ("Rock", "Pop"))
    assert tags.guessed == ()
    if suffix != ".m4a":  # FFmpeg writes no foreign names into MP4
        assert (tags.recording_mbid, tags.isrc, tags.replaygain_db) == (MBID, "USABC1234567", -7.5)


def test_a_format_tinytag_does_not_know(tmp_path: Path) -> None:
    import av
    import numpy as np

    path = tmp_path / "a.mka"
    with av.open(str(path), "w") as container:
        container.metadata.update({"title": "Inside", "artist": "Matryoshka"})
        stream = container.add_stream("flac", rate=44_100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.int16), "s16", "mono")
        frame.sample_rate, frame.pts = 44_100, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    tags = read_tags(path)
    assert (tags.title, tags.artist) == ("Inside", "Matryoshka")


def id3(*frames: tuple[bytes, bytes]) -> bytes:
    """An ID3v2.4 tag of raw frames, and a second of nothing much."""

    def safe(size: int) -> bytes:
        return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))

    body = b"".join(name + safe(len(content)) + b"\0\0" + content for name, content in frames)
    return b"ID3\x04\x00\x00" + safe(len(body)) + body + bytes(2000)


def test_musicbrainz_id_in_its_own_frame_and_a_cover(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(500)
    path = tmp_path / "a.mp3"
    path.write_bytes(
        id3(
            (b"UFID", b"http://musicbrainz.org\0" + MBID.encode()),
            (b"TIT2", b"\x03Song"),
            (b"APIC", b"\x00image/png\0\x03\0" + picture),
        )
    )
    tags = read_tags(path)
    assert tags.recording_mbid == MBID
    assert tags.cover is not None and tags.cover.data == picture and tags.cover.mime == "image/png"


def test_latin1_tags_that_are_not(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(
        id3((b"TIT2", b"\0" + "Группа крови".encode("cp1251")), (b"TPE1", b"\0" + "Björk".encode()))
    )
    tags = read_tags(path)
    assert (tags.title, tags.artist) == ("Группа крови", "Björk")


@pytest.mark.parametrize(
    ("damaged", "right"),
    [("BjÃ¶rk", "Björk"), ("Êèíî", "Кино"), ("\x82³\x82\xad\x82ç", "さくら")]
    + [
        (text, text)
        for text in ("Björk", "Motörhead", "Café", "Sigur Rós", "É", "Кино", "さくら", "ASCII", "Þú")
    ],
)
def test_mends_only_what_is_unmistakable(damaged: str, right: str) -> None:
    assert mended(damaged) == right


def test_mended_text_is_one_clean_line() -> None:
    assert mended(" a\x07b\nc\t\0") == "ab c"
    assert mended("one\0two") == "one; two"
    assert mended("e\u0301") == "é"


@pytest.mark.parametrize(
    ("name", "title", "artist", "track_no"),
    [("03 - Artist - Some Title", "Some Title", "Artist", 3), ("Title_only", "Title only", None, None),
     ("12. Foo", "Foo", None, 12), ("1999", "1999", None, None), ("A - B - C", "B - C", "A", None),
     ("07 Bar", "Bar", None, 7), ("- odd -", "- odd -", None, None)],
)  # fmt: skip
def test_what_tags_leave_open_is_guessed_from_the_name(
    tmp_path: Path, name: str, title: str, artist: str | None, track_no: int | None
) -> None:
    path = sound.write(tmp_path / f"{name}.wav", sound.chord(220, 0.1))
    tags = read_tags(path)
    assert (tags.title, tags.artist, tags.track_no) == (title, artist, track_no)
    assert "title" in tags.guessed


@pytest.mark.parametrize(
    "content", [b"", b"ID3\x04\0\0\x7f\x7f\x7f\x7f", b"fLaC" + bytes(30), b"OggS" * 20, b"text"]
)
@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg", "m4a", "xyz"])
def test_damaged_tags_count_as_none(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"Artist - Title.{suffix}"
    path.write_bytes(content)
    assert (read_tags(path).title, read_tags(path).artist) == ("Title", "Artist")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="No such file"):
        read_tags(tmp_path / "gone.mp3")


def test_genres() -> None:
    assert split_genres(["Rock; Pop", "rock", "Hip-Hop/Rap", "R&B"]) == (
        "Rock",
        "Pop",
        "Hip-Hop",
        "Rap",
        "R&B",
    )


def test_real_clips(shared_data: Path) -> None:
    clips = sorted((shared_data / "audio" / "clips").glob("*.ogg"))
    assert clips
    tags = [read_tags(path) for path in clips]
    assert all(t.title and t.artist and not t.guessed for t in tags)
