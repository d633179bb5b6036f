"""Importing: whole or not at all, once and not twice, everything counted, in both databases."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from synesthete.catalog import Catalog, Entry
from synesthete.datasets.taste_profile import Filters
from synesthete.errors import InputError
from synesthete.jobs.ingest import Wishes, ingest
from tests.datasets.reading import write
from tests.datasets.tfrecords import clips

AT = 1_700_000_000
SONGS = [f"SOQMMHC12AB01800{i:02}" for i in range(12)]
LISTENERS = [f"{i:040x}" for i in range(3)]


def imported(catalog: Catalog, *paths, **wishes):
    return list(ingest(catalog, paths, wishes=Wishes(**wishes)))


def everything(catalog: Catalog) -> dict[str, int]:
    """How many rows each drawer holds."""
    from sqlalchemy import func, select

    from synesthete.catalog.schema import metadata

    with catalog.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
            if name not in ("jobs", "imports")
        }


def triplets(listeners=LISTENERS, songs=SONGS) -> str:
    return "".join(f"{u}\t{s}\t{1 + i}\n" for u in listeners for i, s in enumerate(songs))


def spotify(*names, at="2023-11-14T22:14:00Z") -> str:
    return json.dumps([
        {"ts": at, "ms_played": 40_000, "master_metadata_track_name": t, "master_metadata_album_artist_name": a,
         "reason_end": "fwdbtn", "skipped": None}
        for a, t in names
    ])  # fmt: skip


def test_a_history_is_matched_to_the_library_and_nothing_is_lost(catalog, tmp_path):
    cogs = catalog.tracks.put(Entry("Cogs (Remastered 2009)", "Ada Byron", path="/m/cogs.mp3", duration_s=61))
    path = write(tmp_path / "endsong_0.json", spotify(("ADA BYRON", "Cogs"), ("Nobody", "Nothing")))
    (result,) = imported(catalog, path)
    assert (result.state, result.kind, result.report["accepted"]) == ("imported", "spotify-history", 2)
    assert result.matched == {"names": 1, "none": 1} and result.unmatched == ("Nobody - Nothing",)
    listens = catalog.listens.of(catalog.listeners.owner().id)
    assert {(x.track_id, x.title, x.skipped, x.at) for x in listens} == {
        (cogs, "Cogs", True, AT),
        (None, "Nothing", True, AT),
    }


def test_a_second_import_changes_nothing(catalog, tmp_path):
    write(tmp_path / "in" / "endsong_0.json", spotify(("Ada", "Cogs")))
    write(tmp_path / "in" / "list.m3u8", "#EXTM3U\n#EXTINF:61,Ada - Cogs\na.mp3\n")
    write(tmp_path / "in" / "train_triplets.txt.gz", gzip.compress(triplets().encode()))
    first = imported(catalog, tmp_path / "in")
    assert {r.state for r in first} == {"imported"}
    before = everything(catalog)
    second = imported(catalog, tmp_path / "in")
    assert {r.state for r in second} == {"known"} and everything(catalog) == before
    again = imported(catalog, tmp_path / "in", again=True)
    assert {r.state for r in again} == {"imported"} and everything(catalog) == before


def test_a_file_that_breaks_off_leaves_no_trace_and_the_others_are_imported(catalog, tmp_path):
    packed = gzip.compress(triplets(LISTENERS, SONGS * 40).encode(), 0)
    write(tmp_path / "in" / "cut.txt.gz", packed[: len(packed) // 2])
    write(tmp_path / "in" / "good.json", spotify(("Ada", "Cogs")))
    rows = [
        {
            "pid": i,
            "name": "a",
            "tracks": [{"track_uri": f"spotify:track:{i}", "track_name": "T", "artist_name": "A"}],
        }
        for i in range(600)
    ]
    write(tmp_path / "in" / "mpd.slice.0-999.json", json.dumps({"playlists": rows})[:-30])
    catalog.listeners.owner()
    before = everything(catalog)
    states = {r.file.rsplit("/", 1)[1]: (r.state, r.why) for r in imported(catalog, tmp_path / "in")}
    assert states["good.json"][0] == "imported"
    assert states["cut.txt.gz"][0] == "failed" and "cut off" in states["cut.txt.gz"][1]
    assert states["mpd.slice.0-999.json"][0] == "failed"
    after = everything(catalog)
    assert {name for name in after if after[name] != before[name]} == {"listens"}
    assert catalog.jobs.recent(1)[0].state == "done" and catalog.jobs.recent(1)[0].failed == 2


def test_the_taste_profile_with_its_names_and_mismatches(catalog, tmp_path):
    write(tmp_path / "in" / "train_triplets.txt", triplets())
    write(
        tmp_path / "in" / "unique_tracks.txt",
        "".join(f"TRMMMYQ128F932D9{i:02}<SEP>{s}<SEP>Ada<SEP>Cogs {i}\n" for i, s in enumerate(SONGS[:6])),
    )
    write(
        tmp_path / "in" / "sid_mismatches.txt",
        f"ERROR: <{SONGS[11]} TRMMMYQ128F932D911> Ada  -  Cogs  !=  Bea  -  Wheels\n",
    )
    results = {r.kind: r for r in imported(catalog, tmp_path / "in", kind="taste-profile")}
    assert results["taste-profile"].report["left_out"] == {"song on the mismatch list": 3}
    assert results["taste-profile"].written["play counts"] == 33
    listeners, tracks, counts = catalog.play_counts.arrays()
    assert len(set(listeners.tolist())) == 3 and counts.sum() == 3 * sum(range(1, 12))
    named = catalog.tracks.many(tracks.tolist())
    assert sorted(t.title for t in named.values())[:2] == ["Cogs 0", "Cogs 1"]
    assert catalog.listeners.all() == [catalog.listeners.owner()], (
        "a data set's people are not people of the house"
    )


def test_names_that_come_later_are_written_over_bare_ids(catalog, tmp_path):
    imported(catalog, write(tmp_path / "t.txt", triplets(LISTENERS[:1])), filters=Filters(1, 0))
    assert catalog.tracks.search(SONGS[0])
    imported(
        catalog,
        write(
            tmp_path / "song_data.csv",
            f"song_id,title,release,artist_name,year\n{SONGS[0]},Cogs,Engines,Ada,1843\n",
        ),
    )
    (track,) = catalog.tracks.search("cogs")
    assert (track.title, track.artist, track.album, track.year) == ("Cogs", "Ada", "Engines", 1843)
    assert catalog.external_ids.find("msd_song", [SONGS[0]]) == {SONGS[0]: track.id}
    assert catalog.tracks.count() == 12


def test_playlists_of_the_data_set_keep_titles_order_and_their_own_tracks(catalog, tmp_path):
    rows = [
        {"pid": p, "name": name, "tracks": [
            {"pos": i, "track_uri": f"spotify:track:{n:022}", "track_name": f"T{n}", "artist_name": "Ada", "album_name": "E", "duration_ms": 1000 * n}
            for i, n in enumerate(numbers)]}
        for p, (name, numbers) in enumerate([("chill", [3, 1, 2]), ("", [2, 2]), ("road trip", [])])
    ]  # fmt: skip
    (result,) = imported(catalog, write(tmp_path / "mpd.slice.0-999.json", json.dumps({"playlists": rows})))
    assert result.written == {"playlists": 3, "tracks made": 3}
    (owner,) = catalog.listeners.resolve(["@million-playlist"]).values()
    kept = {
        p.name: [t.title for t in catalog.tracks.many(catalog.playlists.tracks(p.id)).values()]
        for p in catalog.playlists.of(owner)
    }
    assert kept == {"chill": ["T3", "T1", "T2"], "Untitled": ["T2"], "road trip": []}
    assert (
        len(catalog.playlists.tracks(next(p.id for p in catalog.playlists.of(owner) if p.name == "Untitled")))
        == 2
    )


def test_a_playlist_file_finds_tracks_by_path_and_is_written_over_when_it_changes(catalog, tmp_path):
    folder = tmp_path / "music"
    one, two = catalog.tracks.put_many(
        [Entry(t, "Ada", path=str(folder / f"{t}.mp3")) for t in ("Cogs", "Wheels")]
    )
    path = write(folder / "list.m3u8", "#EXTM3U\nCogs.mp3\nmissing.mp3\n")
    imported(catalog, path)
    write(path, "#EXTM3U\nWheels.mp3\nCogs.mp3\n")
    imported(catalog, path)
    (playlist,) = catalog.playlists.of(catalog.listeners.owner().id)
    assert playlist.name == "list" and catalog.playlists.tracks(playlist.id) == [two, one]


def test_feature_tables_become_descriptors_and_genres(catalog, tmp_path):
    head = "genre,artist_name,track_name,track_id,danceability,energy,key,mode\n"
    rows = "".join(
        f"{g},Ada,Cogs,0BRjO6ga9RKCKjfDqeFgWV,0.5,{e},C#,Minor\n"
        for g, e in (("Movie", 0.25), ("Rock", 0.75))
    )
    imported(catalog, write(tmp_path / "SpotifyFeatures.csv", "\ufeff" + head + rows))
    (track,) = catalog.tracks.search("cogs")
    assert track.genres == ("Movie", "Rock") and track.path is None
    assert catalog.descriptors.get(track.id) == {
        "spotify:danceability": 0.5, "spotify:energy": 0.75, "spotify:key": 1.0, "spotify:mode": 0.0,
    }  # fmt: skip


def test_hearts_become_feedback_once_and_never_over_a_word_of_the_house(catalog, tmp_path):
    cogs, wheels = catalog.tracks.put_many([Entry(t, "Ada", path=f"/m/{t}") for t in ("Cogs", "Wheels")])
    owner = catalog.listeners.owner().id
    catalog.feedback.say(owner, "never", track_id=wheels)
    loved = {
        "lovedtracks": {
            "track": [
                {"name": t, "artist": {"name": "Ada"}, "date": {"uts": str(AT)}}
                for t in ("Cogs", "Wheels", "Levers")
            ]
        }
    }
    (result,) = imported(catalog, write(tmp_path / "loved.json", json.dumps(loved)))
    assert result.written == {
        "opinions": 1,
        "opinions known before": 1,
        "opinions kept until their tracks come": 1,
    }
    words = catalog.feedback.words(owner)
    assert words.liked == {cogs} and words.never == {wheels}


def test_audioset_becomes_tracks_with_their_embedding(catalog, tmp_path):
    for shard in range(2):
        write(tmp_path / "in" / f"{shard}.tfrecord", b"".join(clips(3, shard)))
    write(tmp_path / "in" / "class_labels_indices.csv", "index,mid,display_name\n137,/m/04rlf,Music\n")
    results = imported(catalog, tmp_path / "in", kind="audioset")
    assert sum(r.written.get("clips", 0) for r in results) == 6
    ids, vectors = catalog.embeddings.all("vggish@1")
    assert vectors.shape == (6, 128) and np.linalg.norm(vectors.astype(float), axis=1) == pytest.approx(
        np.ones(6), abs=1e-2
    )
    track = catalog.tracks.get(int(ids[0]))
    assert track.genres == ("Music",) and track.artist == "AudioSet" and track.duration_s == 10
    excerpts = catalog.embeddings.excerpts(track.id, "vggish@1")
    assert excerpts.vectors.shape == (10, 128) and excerpts.ends_s.tolist() == list(range(1, 11))


def test_archives_unknown_files_and_wishes(catalog, tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr(
            "listens/2023/11.jsonl",
            json.dumps({"listened_at": AT, "track_metadata": {"track_name": "Cogs", "artist_name": "Ada"}}),
        )
        archive.writestr(
            "feedback.jsonl",
            json.dumps({"recording_mbid": "c7d0bf6e-b2aa-4ffa-bded-2448415b39b0", "score": 1}),
        )
        archive.writestr("user.json", '{"user_id": 1}')
    states = {r.file.rsplit(":", 1)[1]: r.state for r in imported(catalog, tmp_path / "export.zip")}
    assert states == {
        "listens/2023/11.jsonl": "imported",
        "feedback.jsonl": "imported",
        "user.json": "skipped",
    }
    assert catalog.listens.number() == 1
    with pytest.raises(InputError, match="no kind 'spotify'"):
        imported(catalog, tmp_path, kind="spotify")
    with pytest.raises(InputError, match="no such file"):
        imported(catalog, tmp_path / "nowhere")


def test_names_that_are_no_text_are_imported_all_the_same(sqlite_catalog, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    latin = os.fsdecode(b"caf\xe9")
    try:
        (folder / f"{latin}.m3u").write_bytes(b"#EXTM3U\nfile:///music/caf%E9/%E9.mp3\nna\xefve.mp3\n")
    except OSError:
        pytest.skip("this file system wants UTF-8")
    half = '{"ts": "2023-11-14T22:14:00Z", "ms_played": 9, "master_metadata_track_name": "Cogs \\ud83d", '
    half += '"master_metadata_album_artist_name": "A\\u0000da"}'
    write(folder / "b.json", f'[{half}, {{"ts": "\\ud83d", "master_metadata_track_name": "\\ud83d Cogs"}}]')
    results = imported(sqlite_catalog, folder)
    assert [r.state for r in results] == ["imported", "imported"]
    assert {"Ada - Cogs"} == {name for r in results if r.kind == "spotify-history" for name in r.unmatched}
    assert [p.name for p in sqlite_catalog.playlists.of(sqlite_catalog.listeners.owner().id)] == ["caf?"]


def test_a_damaged_archive_in_a_folder_keeps_nothing_else_out(sqlite_catalog, tmp_path):
    write(tmp_path / "in" / "a.json", spotify(("Ada", "Cogs")))
    with zipfile.ZipFile(tmp_path / "in" / "b.zip", "w") as archive:
        archive.writestr("b.json", spotify(("Ada", "Wheels")))
    whole = (tmp_path / "in" / "b.zip").read_bytes()
    write(tmp_path / "in" / "b.zip", whole[:-30])
    write(tmp_path / "in" / "c.bz2", b"BZh91AY&SYnonsense")
    states = {Path(r.file).name: r.state for r in imported(sqlite_catalog, tmp_path / "in")}
    assert states == {"a.json": "imported", "b.zip": "failed", "c.bz2": "failed"}


def test_a_file_of_the_wrong_kind_says_what_is_missing(sqlite_catalog, tmp_path):
    path = write(tmp_path / "a.csv", "x,y\n1,2\n")
    for kind in ("lastfm", "spotify-features", "msd-metadata", "playlist", "taste-profile", "rockbox"):
        (result,) = imported(sqlite_catalog, path, kind=kind)
        assert result.state == "failed" and result.why, kind
    (result,) = imported(sqlite_catalog, path)
    assert (result.state, result.why) == ("skipped", "no kind of file that is known here")
    assert everything(sqlite_catalog)["tracks"] == 0


def test_a_collection_of_playlists_may_bring_its_tracks(sqlite_catalog, tmp_path):
    path = write(tmp_path / "aotm.csv", "playlist_id,artist,title\n1,Ada,Cogs\n1,Ada,Wheels\n2,Ada,Cogs\n")
    (result,) = imported(sqlite_catalog, path, make_tracks=True)
    assert result.written == {"playlists": 2, "tracks made": 2}
    assert sqlite_catalog.tracks.count() == 2


def test_names_alone_make_a_track_once_in_whichever_file_they_come(sqlite_catalog, tmp_path):
    first = write(tmp_path / "1.csv", "playlist_id,artist,title\n1,Ada,Cogs\n1,Ada,Wheels\n")
    write(tmp_path / "2.csv", "playlist_id,artist,title\n2,ADA,Cogs\n2,Ada,Levers\n")
    imported(sqlite_catalog, first, make_tracks=True)
    imported(sqlite_catalog, first, make_tracks=True, again=True)
    assert sqlite_catalog.tracks.count() == 2
    (result,) = imported(sqlite_catalog, tmp_path / "2.csv", make_tracks=True)
    assert result.written == {"playlists": 1, "tracks made": 1} and result.matched == {"names": 1, "new": 1}
    plays = "artist,track,uts\nada,cogs,1700000000\nAda,Gears,1700000300\n"
    imported(sqlite_catalog, write(tmp_path / "3.csv", plays), make_tracks=True)
    assert sqlite_catalog.tracks.count() == 4


def test_a_segments_list_brings_clips_without_sound_and_records_complete_them(sqlite_catalog, tmp_path):
    segments = "# Segments csv created Sun Mar  5 10:54:31 2017\n# YTID, start_seconds, end_seconds, positive_labels\n"
    segments += 'v0000000000, 30.000, 40.000, "/m/04rlf"\n'
    write(tmp_path / "in" / "class_labels_indices.csv", "index,mid,display_name\n137,/m/04rlf,Music\n")
    write(tmp_path / "in" / "eval_segments.csv", segments)
    imported(sqlite_catalog, tmp_path / "in")
    assert sqlite_catalog.tracks.count() == 1 and sqlite_catalog.embeddings.encoders() == {}
    imported(sqlite_catalog, write(tmp_path / "0.tfrecord", b"".join(clips(2))))
    assert sqlite_catalog.tracks.count() == 2 and sqlite_catalog.embeddings.encoders() == {"vggish@1": 2}
