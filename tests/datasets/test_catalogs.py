"""Data sets that bring tracks of their own: Million Song names, Million Playlist slices, feature tables."""

from __future__ import annotations

import json
import zipfile

import pytest

from synesthete.datasets.million_playlist import read_million_playlist
from synesthete.datasets.msd_metadata import read_mismatches, read_msd_metadata
from synesthete.datasets.spotify_features import read_spotify_features
from synesthete.errors import FormatError
from synesthete.music import Description
from tests.datasets.reading import read, write

SONG, TRACK = "SOQMMHC12AB0180CB8", "TRMMMYQ128F932D901"


def test_unique_tracks(tmp_path):
    rows = [
        f"{TRACK}<SEP>{SONG}<SEP>Ada Byron<SEP>Cogs & Wheels",
        "TR<SEP>SO<SEP>Ada<SEP>Cogs",
        f"{TRACK}<SEP>{SONG}<SEP>Ada",
        f"{TRACK}<SEP>{SONG}<SEP><SEP>Cogs",
    ]
    found, report = read(read_msd_metadata, write(tmp_path / "unique_tracks.txt", "\n".join(rows)))
    ids = (("msd_song", SONG), ("msd_track", TRACK))
    assert [x.track for x in found] == [Description("Cogs & Wheels", "Ada Byron", ids=ids)]
    assert report.refused.total() == 3


def test_song_data_with_mixed_encodings_years_and_songs_named_twice(tmp_path):
    head = b"song_id,title,release,artist_name,year\n"
    rows = f'{SONG},"Cogs, Wheels",Engines,Motörhead,1843\n'.encode("latin-1")
    again = f"{SONG},Cogs,Engines,Ada,1843\nnonsense,Cogs,Engines,Ada,1843\nSOAAAAA12AB0180CB8,É,,Ada,0\n".encode()
    found, report = read(read_msd_metadata, write(tmp_path / "song_data.csv", head + rows + again))
    assert [(x.track.title, x.track.artist, x.track.album, x.year) for x in found] == [
        ("Cogs, Wheels", "Motörhead", "Engines", 1843),
        ("É", "Ada", None, None),
    ]
    assert report.refused == {"a song named twice": 1, "not a song id": 1}
    assert report.notes == {"line is not UTF-8 and was read as Windows-1252": 1}


def test_mismatches(tmp_path):
    line = f"ERROR: <{SONG} {TRACK}> Ada  -  Cogs  !=  Bea  -  Wheels\nnothing\n"
    found, report = read(read_mismatches, write(tmp_path / "sid_mismatches.txt", line))
    assert found == [(SONG, TRACK)] and report.refused.total() == 1


def slice_of(*playlists) -> str:
    return json.dumps({"info": {"version": "v1"}, "playlists": list(playlists)}, indent=4)


def track(n: int, **more) -> dict:
    return {
        "pos": n, "artist_name": "Ada", "track_uri": f"spotify:track:{n:022}", "artist_uri": "spotify:artist:a",
        "track_name": f"Cogs {n}", "album_uri": "spotify:album:a", "duration_ms": 61_500, "album_name": "Engines",
        **more,
    }  # fmt: skip


def test_slices_keep_titles_and_the_order_of_positions(tmp_path):
    rows = {"pid": 5, "name": "chill  ", "num_tracks": 2, "tracks": [track(1), track(0)]}
    (playlist,), report = read(
        read_million_playlist, write(tmp_path / "mpd.slice.0-999.json", slice_of(rows))
    )
    assert playlist.name == "chill" and playlist.ids == (("mpd", "5"),)
    assert playlist.tracks[0] == Description("Cogs 0", "Ada", "Engines", 61.5, ids=(("spotify", "0" * 22),))
    assert [t.title for t in playlist.tracks] == ["Cogs 0", "Cogs 1"] and not report.notes


def test_the_challenge_set_has_playlists_without_title_or_tracks(tmp_path):
    rows = [
        {"pid": 1, "name": "party", "num_holdouts": 10, "num_tracks": 10, "num_samples": 0, "tracks": []},
        {"pid": 2, "num_tracks": 10, "num_samples": 1, "tracks": [track(0)]},
    ]
    found, report = read(read_million_playlist, write(tmp_path / "challenge_set.json", slice_of(*rows)))
    assert [(p.name, len(p.tracks)) for p in found] == [("party", 0), ("", 1)] and not report.notes


def test_a_place_that_is_no_number_harms_nothing(tmp_path):
    tracks = [{"pos": p, "track_uri": f"spotify:track:{p}", "track_name": f"T{p}"} for p in (1, "x", 0)]
    path = write(tmp_path / "a.json", json.dumps({"playlists": [{"name": "P", "pid": 1, "tracks": tracks}]}))
    (playlist,), _ = read(read_million_playlist, path)
    assert [t.title for t in playlist.tracks] == ["Tx", "T0", "T1"]


def test_faulty_playlists_are_refused_and_faulty_entries_noted(tmp_path):
    rows = [
        {"pid": 1, "name": "a", "tracks": [track(0), {"pos": 1}, track(2, track_uri="local:x"), "junk"]},
        {"pid": 1, "name": "again", "tracks": []},
        {"name": "no pid", "tracks": []},
        {"pid": 3, "name": "no tracks"},
        {"pid": 4, "name": "absurd", "tracks": [{}] * 10_001},
        "junk",
    ]
    (playlist,), report = read(read_million_playlist, write(tmp_path / "a.json", slice_of(*rows)))
    assert len(playlist.tracks) == 1
    assert report.refused == {
        "a playlist named twice": 1,
        "a playlist without pid or tracks": 3,
        "more than 10,000 tracks": 1,
    }
    assert report.notes == {"playlist entry without a track URI or name": 3}


def test_a_slice_that_is_cut_off_is_an_error(tmp_path):
    whole = slice_of({"pid": 1, "name": "a", "tracks": [track(0)]})
    with pytest.raises(FormatError, match=r"cannot be read"):
        read(read_million_playlist, write(tmp_path / "a.json", whole[:-40]))


FEATURES = (
    "genre,artist_name,track_name,track_id,popularity,acousticness,danceability,duration_ms,energy,"
    "instrumentalness,key,liveness,loudness,mode,speechiness,tempo,time_signature,valence\n"
)
ROW = "Movie,Ada,Cogs,0BRjO6ga9RKCKjfDqeFgWV,0,0.611,0.389,99373,0.91,0,C#,0.346,-1.828,Major,0.0525,166.9,4/4,0.814\n"


def test_the_tracks_table_with_its_keys_modes_and_time_signatures(tmp_path):
    (listing,), _ = read(
        read_spotify_features, write(tmp_path / "SpotifyFeatures.csv", "\ufeff" + FEATURES + ROW)
    )
    assert listing.track == Description(
        "Cogs", "Ada", duration_s=99.373, ids=(("spotify", "0BRjO6ga9RKCKjfDqeFgWV"),)
    )
    assert listing.genres == ("Movie",)
    assert (
        listing.values["key"] == 1 and listing.values["mode"] == 1 and listing.values["time_signature"] == 4
    )
    assert listing.values["valence"] == 0.814 and listing.values["loudness"] == -1.828


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("0.389", "38.9", "danceability is outside 0 to 1"),
        ("0.389", "much", "danceability is not a number"),
        ("166.9", "nan", "tempo is not a number"),
        ("-1.828", "inf", "loudness is not a number"),
        (",Ada,", ",,", "no track or artist name"),
    ],
)
def test_faulty_rows_are_refused_with_the_column_named(tmp_path, old, new, reason):
    path = write(tmp_path / "SpotifyFeatures.csv", FEATURES + ROW + ROW.replace(old, new))
    found, report = read(read_spotify_features, path)
    assert len(found) == 1 and report.refused == {reason: 1} and report.examples[0].line == 3


def test_a_cousin_with_artists_as_a_list_and_a_release_date(tmp_path):
    table = (
        "id,name,popularity,duration_ms,explicit,artists,id_artists,release_date,danceability,energy\n"
        "0BRjO6ga9RKCKjfDqeFgWV,Cogs,6,126903,0,\"['Ada', 'Bea']\",\"['x']\",1922-02-22,0.645,0.445\n"
    )
    (listing,), _ = read(read_spotify_features, write(tmp_path / "tracks.csv", table))
    assert (listing.track.artist, listing.year) == ("Ada, Bea", 1922)


def test_parquet_in_a_zip_archive_and_parquet_that_is_cut_off(tmp_path):
    from arro3.core import Array, DataType, RecordBatch, Table
    from arro3.io import write_parquet

    columns = {
        "track_name": Array(["Cogs"], DataType.utf8()),
        "track_artist": Array(["Ada"], DataType.utf8()),
        "danceability": Array([0.5], DataType.float64()),
        "energy": Array([0.25], DataType.float64()),
    }
    place = tmp_path / "a.parquet"
    write_parquet(Table.from_batches([RecordBatch.from_pydict(columns)]), place)
    (listing,), _ = read(read_spotify_features, place)
    assert listing.values == {"danceability": 0.5, "energy": 0.25}
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(place, "a.parquet")
    assert read(read_spotify_features, tmp_path / "a.zip")[0] == [listing]
    with pytest.raises(FormatError, match="cut off"):
        read(read_spotify_features, write(tmp_path / "cut.parquet", place.read_bytes()[:-20]))


def test_a_table_without_features_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="no columns danceability and energy"):
        read(read_spotify_features, write(tmp_path / "x.csv", "a,b\n1,2\n"))
