"""Recognition: every kind by its content, whatever the file is called."""

from __future__ import annotations

import gzip
import json

import pytest

from synesthete.datasets.documents import documents
from synesthete.datasets.kinds import KINDS, describe_kinds, recognize
from tests.datasets.reading import write

SONG, TRACK = "SOQMMHC12AB0180CB8", "TRMMMYQ128F932D901"

EXAMPLES = {
    "taste-profile": f"b80344d063b5ccb3212f76538f3d9e43d87dca9e\t{SONG}\t1\n",
    "msd-metadata": f"{TRACK}<SEP>{SONG}<SEP>Ada<SEP>Cogs\n",
    "mismatches": f"ERROR: <{SONG} {TRACK}> Ada  -  Cogs  !=  Bea  -  Wheels\n",
    "million-playlist": json.dumps({"info": {}, "playlists": [{"name": "a", "pid": 1, "tracks": []}]}),
    "spotify-features": "genre,artist_name,track_name,track_id,danceability,energy\n",
    "spotify-history": json.dumps([{"endTime": "", "artistName": "", "trackName": "", "msPlayed": 1}]),
    "listenbrainz": json.dumps({"listened_at": 1, "track_metadata": {}}),
    "lastfm": "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n",
    "librefm": "+ACM- Data export from Libre.fm,,,\nArtist,Track,Album,Time\n",
    "maloja": json.dumps({"maloja": {}, "scrobbles": []}),
    "panoscrobbler": json.dumps({"timeMs": 1, "artist": "a", "track": "b"}),
    "rockbox": "#AUDIOSCROBBLER/1.1\n",
    "itunes": '<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "x">\n<plist version="1.0">',
    "playlist": "#EXTM3U\n",
    "audioset": "index,mid,display_name\n",
}


@pytest.mark.parametrize(("kind", "text"), EXAMPLES.items())
def test_each_kind_is_recognized_with_and_without_mark_and_compression(tmp_path, kind, text):
    for i, data in enumerate((text.encode(), b"\xef\xbb\xbf" + text.encode(), gzip.compress(text.encode()))):
        assert recognize(documents(write(tmp_path / f"file{i}", data))[0]) == kind
    assert kind in describe_kinds() or kind == "mismatches"


@pytest.mark.parametrize(
    "text",
    [
        '{"playlist": {"title": "P", "track": []}}',
        '<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/">',
        "[playlist]\nFile1=a.mp3\n",
        "Track URI,Track Name,Artist Name(s),Added At,Danceability,Energy\n",
        "Track URI,Track Name,Artist Name(s),Danceability,Energy\n",
        '<x:playlist version="1" xmlns:x="http://xspf.org/ns/0/">',
        "title,artist,album\n",
    ],
)
def test_playlists_in_every_format(tmp_path, text):
    assert recognize(documents(write(tmp_path / "file", text))[0]) == "playlist"


@pytest.mark.parametrize(
    "text", ["", "hello", "a,b\n1,2\n", '{"a": 1}', "<html>", b"\x00\xff" * 900, b"PAR1"]
)
def test_other_files_are_not(tmp_path, text):
    from synesthete.errors import FormatError

    document = documents(write(tmp_path / "file", text))[0]
    if text == b"PAR1":
        with pytest.raises(FormatError, match="cut off"):
            recognize(document)
    else:
        assert recognize(document) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("lastfm", 'Ada,Engines,Cogs,"14 Nov 2023 22:13"\nAda,Engines,Wheels,"14 Nov 2023 22:17"\n'),
        ("lastfm", "artist,album,track,utc\n"),
        ("rockbox", "Ada\tEngines\tCogs\t1\t200\tL\t1700000000\t\n"),
        ("taste-profile", f"user_id,song_id,listen_count\nu,{SONG},1\n"),
        ("taste-profile", f"user_id\tsong_id\tlisten_count\nu\t{SONG}\t1\n"),
    ],
)
def test_tables_with_and_without_their_headers(tmp_path, kind, text):
    assert recognize(documents(write(tmp_path / "file", text))[0]) == kind


def test_every_kind_of_the_table_has_an_example():
    assert set(KINDS) <= set(EXAMPLES)
