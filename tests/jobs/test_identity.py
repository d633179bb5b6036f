"""The hash of the coded sound: the same through tags, another for another sound."""

from __future__ import annotations

import pytest

from synesthete.errors import AudioError
from synesthete.jobs.identity import sound_hash
from tests import sound


def _files(folder):
    return sorted(p for p in folder.rglob("*.*") if p.is_file())


def test_retagging_keeps_the_hash(music_folder):
    for path in _files(music_folder):
        before, size = sound_hash(path), path.stat().st_size
        sound.retag(path, {"title": "Another", "artist": "Somebody", "comment": "long " * 800})
        assert path.stat().st_size != size or path.suffix == ".wav"
        assert sound_hash(path) == before, path


def test_tags_at_the_end_of_an_mp3_are_no_sound(music_folder):
    path = next(music_folder.rglob("*.mp3"))
    before, body = sound_hash(path), path.read_bytes()
    item = (60).to_bytes(4, "little") + bytes(4) + b"Title\0" + b"q" * 60
    facts = (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little") + (1).to_bytes(4, "little")
    header, footer = (
        b"APETAGEX" + facts + flags.to_bytes(4, "little") + bytes(8) for flags in (0xA0000000, 0x80000000)
    )
    for tail in (b"TAG" + b"x" * 125, header + item + footer, header + item + footer + b"TAG" + b"x" * 125):
        path.write_bytes(body + tail)
        assert sound_hash(path) == before


def test_every_sound_has_its_own(music_folder):
    hashes = [sound_hash(path) for path in _files(music_folder)]
    assert len(set(hashes)) == len(hashes)


def test_a_truncated_file_is_another(music_folder):
    path = next(music_folder.rglob("*.mp3"))
    before, body = sound_hash(path), path.read_bytes()
    path.write_bytes(body[: len(body) // 2])
    assert sound_hash(path) != before


@pytest.mark.parametrize("content", [b"", b"just a letter"])
def test_what_is_no_sound_has_none(tmp_path, capfd, content):
    path = tmp_path / "x.mp3"
    path.write_bytes(content)
    with pytest.raises(AudioError):
        sound_hash(path)
    with pytest.raises(AudioError):
        sound_hash(tmp_path / "absent.mp3")
    assert capfd.readouterr() == ("", "")  # the reason is in the error; PyAV prints no traceback of its own
