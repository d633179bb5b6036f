"""Playlist files: what is written can be read again, and what other programs write is understood."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synesthete.datasets.playlist_files.formats import WRITERS, read_playlist, write_playlist
from synesthete.datasets.playlist_files.places import place, relative
from synesthete.errors import FormatError, InputError
from synesthete.music import Description, Playlist
from tests.datasets.reading import read, write

MBID = "c7d0bf6e-b2aa-4ffa-bded-2448415b39b0"

words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn", "Z")), min_size=1, max_size=12).map(
    lambda text: text.replace(" - ", "-")
)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)
parts = words.filter(lambda part: part not in (".", "..") and not set("/\\%") & set(part))
paths = st.lists(parts, min_size=1, max_size=3).map(lambda p: "/music/" + "/".join(p) + ".mp3")
tracks = st.builds(
    Description,
    title=names,
    artist=names,
    album=st.none() | names,
    duration_s=st.none() | st.integers(1, 4000).map(float),
    recording_mbid=st.none() | st.just(MBID),
    isrc=st.none() | st.just("GBAYE8100053"),
    path=st.none() | paths,
    ids=st.just(()) | st.just((("spotify", "4uLU6hMCjMI75M1A2tKUQC"),)),
)
playlists = st.builds(Playlist, name=names, tracks=st.lists(tracks, max_size=5).map(tuple))


@settings(max_examples=40, deadline=None)
@given(playlist=playlists, kind=st.sampled_from(["xspf", "jspf", "csv"]))
def test_xspf_jspf_and_csv_come_back_as_they_were(tmp_path_factory, playlist, kind):
    folder = tmp_path_factory.mktemp("p")
    path = write(folder / f"list.{kind}", write_playlist(playlist, kind, folder))
    (again,), _ = read(read_playlist, path)
    assert again.tracks == playlist.tracks
    assert again.name == ("list" if kind == "csv" else playlist.name)


@settings(max_examples=40, deadline=None)
@given(playlist=playlists)
def test_m3u8_keeps_order_names_seconds_and_paths(tmp_path_factory, playlist):
    folder = tmp_path_factory.mktemp("p")
    path = write(folder / "list.m3u8", write_playlist(playlist, "m3u8", folder))
    (again,), _ = read(read_playlist, path)
    kept = [replace(track, recording_mbid=None, isrc=None, ids=()) for track in playlist.tracks if track.path]
    assert list(again.tracks) == kept and again.name == playlist.name


def test_written_paths_are_relative_to_the_playlist(tmp_path):
    track = Description("Cogs", "Ada", path=str(tmp_path / "music" / "é #1.mp3"))
    playlist = Playlist("P", (track,))
    assert write_playlist(playlist, "m3u8", tmp_path / "lists").splitlines()[-1] == "../music/é #1.mp3"
    xspf = ElementTree.fromstring(write_playlist(playlist, "xspf", tmp_path))
    assert xspf.find(".//{*}location").text == "music/%C3%A9%20%231.mp3"
    assert json.loads(write_playlist(playlist, "jspf", tmp_path))["playlist"]["track"][0]["location"] == [
        "music/%C3%A9%20%231.mp3"
    ]


def test_a_file_whose_name_begins_with_a_number_sign_is_no_comment(tmp_path):
    playlist = Playlist("P", (Description("One", path=str(tmp_path / "#1.mp3")),))
    path = write(tmp_path / "a.m3u8", write_playlist(playlist, "m3u8", tmp_path))
    assert read(read_playlist, path)[0][0].tracks[0].path == str(tmp_path / "#1.mp3")


def test_jspf_is_what_listenbrainz_takes(tmp_path):
    playlist = Playlist("P", (Description("Cogs", "Ada", recording_mbid=MBID),), comment="c")
    whole = json.loads(write_playlist(playlist, "jspf"))["playlist"]
    assert whole["track"][0]["identifier"] == [f"https://musicbrainz.org/recording/{MBID}"]
    assert whole["extension"]["https://musicbrainz.org/doc/jspf#playlist"]["public"] is False
    older = {
        "playlist": {
            "title": "P",
            "track": [{"title": "Cogs", "identifier": whole["track"][0]["identifier"][0]}],
        }
    }
    (again,), _ = read(read_playlist, write(tmp_path / "a.jspf", json.dumps({"playlists": [older]})))
    assert again.tracks == (Description("Cogs", recording_mbid=MBID),)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("a/b.mp3", "/lists/a/b.mp3"),
        ("a%20b/%C3%A4%231.mp3", "/lists/a b/ä#1.mp3"),
        ("/x/a%20b.mp3", "/x/a%20b.mp3"),
        ("../b.mp3", "/b.mp3"),
        ("/x/b.mp3", "/x/b.mp3"),
        ("file:///x/a%20b.mp3", "/x/a b.mp3"),
        ("file://localhost/G:/x/b.mp3", "G:/x/b.mp3"),
        ("C:\\Music\\Ada\\b.mp3", "C:/Music/Ada/b.mp3"),
        ("Ada\\b.mp3", "/lists/Ada/b.mp3"),
        ("\\\\server\\share\\b.mp3", "//server/share/b.mp3"),
        ("http://radio.example/stream.mp3", None),
        ("file://[x/a.mp3", None),
        ("", None),
    ],
)
def test_places(location, expected):
    from pathlib import Path

    assert place(location, Path("/lists")) == expected


def test_relative_leaves_other_roots_alone():
    from pathlib import Path

    assert relative("C:/Music/a.mp3", Path("/lists")) == "C:/Music/a.mp3"
    assert relative("/lists/a.mp3", None) == "/lists/a.mp3"


def test_m3u_in_utf_16_with_old_line_ends_albums_and_attributes(tmp_path):
    text = '#EXTM3U\r#PLAYLIST:Été\r#EXTALB:Engines\r#EXTINF:61 tvg-id="x" ,Ada - Cogs - Live\rcogs.mp3\r03 - Bea - Wheels.mp3\r'
    (found,), _ = read(read_playlist, write(tmp_path / "a.m3u", text.encode("utf-16")))
    assert found.name == "Été"
    assert found.tracks == (
        Description("Cogs - Live", "Ada", "Engines", 61.0, path=str(tmp_path / "cogs.mp3")),
        Description("Wheels", "Bea", path=str(tmp_path / "03 - Bea - Wheels.mp3")),
    )


def test_pls_in_the_order_of_its_numbers(tmp_path):
    text = "[playlist]\nFile2=b.mp3\nTitle2=Bea - Wheels\nLength2=-1\nFile1=a.mp3\nLength1=61\nTitle3=nothing\nNumberOfEntries=3\n"
    (found,), report = read(read_playlist, write(tmp_path / "a.pls", text))
    assert [(t.title, t.artist, t.duration_s) for t in found.tracks] == [
        ("a", None, 61.0),
        ("Wheels", "Bea", None),
    ]
    assert report.refused == {"an entry without a file": 1} and report.examples[0].line == 7


def test_exportify(tmp_path):
    table = (
        "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,Added By,Added At\n"
        'spotify:track:4uLU6hMCjMI75M1A2tKUQC,"Cogs, Wheels",Engines,"Ada;Bea",1843,61500,5,false,me,2020-01-01\n'
        ",,,,,,,,,\n,,Engines,Ada,,,,,,\n"
    )
    (found,), report = read(read_playlist, write(tmp_path / "My_List.csv", table))
    assert found.name == "My List"
    assert found.tracks == (
        Description("Cogs, Wheels", "Ada;Bea", "Engines", 61.5, ids=(("spotify", "4uLU6hMCjMI75M1A2tKUQC"),)),
    )
    assert report.refused == {"no track name": 1}


def test_a_collection_with_a_column_for_the_playlist(tmp_path):
    table = (
        "playlist_id,playlist_name,artist,title\n1,Road,Ada,Cogs\n1,Road,Ada,Wheels\n2,Sleep,Bea,Levers\n"
        "1,Road,Ada,Late\n,Road,Ada,Lost\n"
    )
    found, report = read(read_playlist, write(tmp_path / "aotm.csv", table))
    assert [(p.name, [t.title for t in p.tracks], p.ids) for p in found] == [
        ("Road", ["Cogs", "Wheels"], (("table", "1"),)),
        ("Sleep", ["Levers"], (("table", "2"),)),
    ]
    assert report.refused.total() == 2


def test_a_file_whose_name_holds_a_percent_sign_is_found(tmp_path):
    write(tmp_path / "100%25.mp3", b"sound")
    assert place("100%25.mp3", tmp_path) == str(tmp_path / "100%25.mp3")


def test_xspf_with_a_prefix(tmp_path):
    text = (
        "<x:playlist xmlns:x='http://xspf.org/ns/0/'><x:trackList><x:track><x:title>Cogs</x:title></x:track>"
    )
    found, _ = read(read_playlist, write(tmp_path / "a", text + "</x:trackList></x:playlist>"))
    assert [t.title for t in found[0].tracks] == ["Cogs"]


def test_a_table_is_a_table_whatever_the_file_is_called(tmp_path):
    found, _ = read(read_playlist, write(tmp_path / "liked", "Title,Artist\nCogs,Ada\n"))
    assert found == [Playlist("liked", (Description("Cogs", "Ada"),))]


def test_a_collection_by_name_and_owner_with_spaces_after_its_commas(tmp_path):
    table = '"user_id", "artistname", "trackname", "playlistname"\n'
    table += '"u1", "Ada, Bea", "Cogs", "Starred"\n"u2", "Ada", "Wheels", "Starred"\n"u2", "Ada", "Levers", "Run"\n'
    found, report = read(read_playlist, write(tmp_path / "many.csv", table))
    assert [(p.name, [t.title for t in p.tracks]) for p in found] == [
        ("Starred", ["Cogs"]), ("Starred", ["Wheels"]), ("Run", ["Levers"])
    ]  # fmt: skip
    assert found[0].tracks[0].artist == "Ada, Bea" and report.accepted == 3
    assert found[0].ids != found[1].ids


def test_positions_tell_the_order(tmp_path):
    table = "playlist_id,position,artist,title\n1,10,Ada,C\n1,2,Ada,B\n1,1,Ada,A\n2,,Ada,Z\n2,1,Ada,Y\n"
    found, _ = read(read_playlist, write(tmp_path / "many.csv", table))
    assert [[t.title for t in p.tracks] for p in found] == [["A", "B", "C"], ["Z", "Y"]]


@pytest.mark.parametrize(
    "content",
    [
        b"ID3\3\0\0\xff\xfb\x90\0\n",
        '[{"ts": "2021", "ms_played": 1}]',
        "u\tSOAAAA\t3\n",
        "<html><body/></html>",
    ],
)
def test_what_is_no_playlist_is_refused(tmp_path, content):
    with pytest.raises(FormatError, match="no playlist"):
        read(read_playlist, write(tmp_path / "a.txt", content))


def test_refusals_in_words(tmp_path):
    with pytest.raises(FormatError, match="a rule, not a list"):
        read(read_playlist, write(tmp_path / "a.nsp", '/* c */ {"all": [{"is": {"loved": true}}]}'))
    with pytest.raises(FormatError, match="JSON cannot be read"):
        read(read_playlist, write(tmp_path / "a.jspf", '{"playlist": {"track": ['))
    with pytest.raises(FormatError, match="XML cannot be read"):
        read(read_playlist, write(tmp_path / "a.xspf", "<playlist><trackList>"))
    with pytest.raises(FormatError, match="XML cannot be read"):
        read(read_playlist, write(tmp_path / "a.xspf", '<?xml version="1.0" encoding="x-1"?><playlist/>'))
    with pytest.raises(FormatError, match="no columns for track and artist"):
        read(read_playlist, write(tmp_path / "a.csv", "x,y\n1,2\n"))
    with pytest.raises(InputError, match="no playlist format"):
        write_playlist(Playlist("P"), "docx")
    assert set(WRITERS) == {"m3u8", "xspf", "jspf", "csv"}
