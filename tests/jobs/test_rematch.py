"""First the history, then the music: what was named finds its track when it comes."""

from __future__ import annotations

import json

from synesthete.catalog import Catalog, Entry
from synesthete.jobs.ingest import Wishes, ingest
from synesthete.jobs.rematch import MATCHED_UNTIL, rematch
from synesthete.music import Description, Word
from tests.datasets.reading import write
from tests.sound import chord
from tests.sound import write as write_sound

AT = 1_700_000_000


def imported(catalog: Catalog, path, **wishes):
    (result,) = ingest(catalog, [path], wishes=Wishes(**wishes))
    assert result.state == "imported", result.why
    return result


def history(tmp_path, *names):
    rows = [
        {"listened_at": AT + i, "track_metadata": {"track_name": t, "artist_name": a}}
        for i, (a, t) in enumerate(names)
    ]
    return write(tmp_path / "listens.jsonl", "\n".join(json.dumps(row) for row in rows))


def hearts(tmp_path, *names):
    tracks = [{"name": t, "artist": {"name": a}, "date": {"uts": str(AT)}} for a, t in names]
    return write(tmp_path / "loved.json", json.dumps({"lovedtracks": {"track": tracks}}))


def test_listens_lines_and_words_find_the_tracks_that_come_later(catalog, tmp_path):
    me = catalog.listeners.owner().id
    imported(catalog, history(tmp_path, ("Ada", "Cogs"), ("Ada", "Wheels"), ("ADA", "Cogs (Remastered)")))
    imported(catalog, hearts(tmp_path, ("Ada", "Cogs"), ("Bea", "Levers")))
    imported(catalog, write(tmp_path / "list.m3u8", "#EXTM3U\n#EXTINF:61,Ada - Cogs\nx/cogs.mp3\n"))
    assert rematch(catalog) == {} and catalog.listens.counts(me) == {}
    cogs, _ = catalog.tracks.put_many(
        [Entry("Cogs", "Ada", path="/m/cogs.mp3", duration_s=61.0), Entry("Else", "Ada", path="/m/else.mp3")]
    )
    assert rematch(catalog) == {"listens": 2, "lines of playlists": 1, "words": 1}
    assert catalog.listens.counts(me) == {cogs: 2}
    assert catalog.feedback.words(me).liked == {cogs}
    (playlist,) = catalog.playlists.of(me)
    assert catalog.playlists.tracks(playlist.id) == [cogs]
    assert {h.title for h in catalog.listens.of(me) if h.track_id is None} == {"Wheels"}
    assert rematch(catalog) == {}, "nothing twice"
    levers = catalog.tracks.put(Entry("Levers", "Bea", path="/m/levers.mp3"))
    assert rematch(catalog) == {"words": 1} and catalog.feedback.words(me).liked == {cogs, levers}


def test_importing_again_keeps_a_waiting_word_once(catalog, tmp_path):
    path = hearts(tmp_path, ("Ada", "Cogs"))
    assert imported(catalog, path).written == {"opinions kept until their tracks come": 1}
    assert imported(catalog, path, again=True).written == {"opinions known before": 1}


def test_a_word_of_the_house_stands_and_recordings_are_known_by_id(catalog):
    me = catalog.listeners.owner().id
    mbid = "c7d0bf6e-b2aa-4ffa-bded-2448415b39b0"
    late = [(Description(recording_mbid=mbid), Word.LIKE, AT), (Description("Cogs", "Ada"), Word.LIKE, None)]
    assert catalog.unmatched.keep_words(me, [*late, (Description(), Word.LIKE, None)], "test") == 2
    assert {w["recording_mbid"] for w in catalog.personal.export(me)["waiting_words"]} == {mbid, None}
    named = catalog.tracks.put(Entry("Other", "Bea", path="/m/o.mp3", recording_mbid=mbid))
    cogs = catalog.tracks.put(Entry("Cogs", "Ada", path="/m/c.mp3"))
    catalog.feedback.say(me, "never", track_id=cogs)
    assert rematch(catalog) == {"words": 1}
    words = catalog.feedback.words(me)
    assert words.liked == {named} and words.never == {cogs} and not catalog.unmatched.names()


def test_what_is_not_meant_surely_goes_on_waiting(catalog, tmp_path):
    imported(catalog, history(tmp_path, ("Ada", "Cogs")))
    catalog.tracks.put_many(
        [Entry("Cogs (Live)", "Ada", path="/m/1.mp3"), Entry("Gogs", "Ada Byron", path="/m/2.mp3")]
    )
    assert rematch(catalog) == {}
    assert int(catalog.values.get(MATCHED_UNTIL)) > 0


def test_adding_a_folder_matches_what_was_imported_before(house, tmp_path):
    imported(house.catalog, history(tmp_path, ("Ada Byron", "Cogs")))
    folder = tmp_path / "music"
    write_sound(folder / "cogs.flac", chord(220.0, 1.0), {"title": "Cogs", "artist": "Ada Byron"})
    house.add(folder)
    me = house.catalog.listeners.owner().id
    assert list(house.catalog.listens.counts(me).values()) == [1]
    assert "now known here: listens 1" in house.catalog.jobs.recent(1)[0].message
