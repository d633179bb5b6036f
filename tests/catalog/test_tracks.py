"""Tracks, artists and albums: written, found, filtered, hidden; in both databases alike."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synesthete.catalog import Catalog, Entry
from synesthete.catalog.folding import clean, fold, search_words
from synesthete.catalog.tracks import Filter
from synesthete.catalog.words import CANDIDATES
from synesthete.errors import NotFound


@pytest.fixture
def shelf(catalog):
    """A catalog of six tracks by four artists."""
    folder = catalog.folders.add("/music")
    rows = [
        Entry("Cry Me a River", "Björk", "Début", year=1993, genres=("Pop", "Art Pop"), duration_s=200.0),
        Entry("Help!", "The Beatles", "Help!", year=1965, genres=("Rock",), duration_s=140.0),
        Entry("Help Me Somebody", "Brian Eno & David Byrne", "My Life", year=1981, duration_s=260.0),
        Entry("川の流れのように", "美空ひばり", "川の流れのように", year=1989, duration_s=300.0),
        Entry("River", "Joni Mitchell", "Blue", album_artist="Joni Mitchell", year=1971, genres=("Folk",)),
        Entry("Nameless", "!!!", None),
    ]
    entries = [
        Entry(
            **{f: getattr(e, f) for f in Entry.__slots__}
            | {"path": f"/music/{i}.mp3", "folder_id": folder.id}
        )
        for i, e in enumerate(rows[:5])
    ]
    return catalog, catalog.tracks.put_many([*entries, rows[5]])


def test_phrases_lead_to_the_track_meant(shelf):
    catalog, ids = shelf
    meant = {
        "bjork": 0, "BJÖRK cry": 0, "river": 4, "river cry": 0, "riv": 4, "help": 1, "help!": 1, "byrne eno": 2,
        "流れ": 3, "美空": 3, "debut björk": 0, "!!!": 5, "helpp me somebody nonsense": 2,
    }  # fmt: skip
    found = {phrase: [t.id for t in catalog.tracks.search(phrase)][:1] for phrase in meant}
    assert found == {phrase: [ids[place]] for phrase, place in meant.items()}


def test_odd_phrases_find_little_and_break_nothing(shelf):
    catalog, _ = shelf
    for phrase in (
        "",
        "   ",
        "zzzz",
        '"',
        "'; DROP TABLE tracks; --",
        "*",
        "NEAR(",
        "AND",
        "a:b",
        "\\",
        "%",
        "\0",
    ):
        assert len(catalog.tracks.search(phrase)) <= 2, phrase
    assert catalog.tracks.count() == 6


def test_one_track_is_found_by_id_path_or_phrase(shelf):
    catalog, ids = shelf
    assert catalog.tracks.find(str(ids[1])).title == "Help!"
    assert catalog.tracks.find("/music/2.mp3").id == ids[2]
    assert catalog.tracks.find("joni river").id == ids[4]
    with pytest.raises(NotFound, match="no track is meant"):
        catalog.tracks.find("zzzz")
    with pytest.raises(NotFound, match="no track has this id: 999"):
        catalog.tracks.get(999)


@pytest.mark.parametrize(
    "path", ["/elsewhere/river.mp3", "~/music/river*.ogg", "./help.wav", "joni river.flac"]
)
def test_a_path_that_leads_nowhere_is_not_taken_for_a_phrase(shelf, path):
    catalog, _ = shelf
    assert catalog.tracks.search(path)  # as a phrase it has words of tracks
    with pytest.raises(NotFound, match="there is no such file"):
        catalog.tracks.find(path)


def test_genres_that_differ_in_case_are_one(shelf):
    catalog, _ = shelf
    catalog.tracks.put(Entry("Amelia", "Joni Mitchell", genres=("folk", "Rock")))
    assert catalog.tracks.genres() == [("Folk", 2), ("Rock", 2), ("Art Pop", 1), ("Pop", 1)]
    for name, count in catalog.tracks.genres():
        assert catalog.tracks.count(Filter(genres=(name,))) == count
    assert set(catalog.atlas.first_genres().values()) == {"Folk", "Rock", "Pop"}


def test_a_folder_is_not_taken_for_a_phrase(shelf, tmp_path):
    with pytest.raises(NotFound, match="this is a folder"):
        shelf[0].tracks.find(str(tmp_path))


def test_a_track_comes_back_as_it_was_written(shelf):
    catalog, ids = shelf
    track = catalog.tracks.get(ids[0])
    assert (track.title, track.artist, track.album, track.year) == ("Cry Me a River", "Björk", "Début", 1993)
    assert track.genres == ("Pop", "Art Pop") and track.duration_s == 200.0 and track.path == "/music/0.mp3"
    assert catalog.artists.get(track.artist_id).name == "Björk"
    assert catalog.albums.get(track.album_id).artist == "Björk"
    assert list(catalog.tracks.many([ids[3], 999, ids[0]])) == [ids[3], ids[0]]


def test_filters(shelf):
    catalog, ids = shelf
    for wanted, places in (
        (Filter(), [0, 1, 2, 3, 4, 5]),
        (Filter(genres=("rock", "FOLK")), [1, 4]),
        (Filter(year_from=1971, year_to=1989), [2, 3, 4]),
        (Filter(shortest_s=200, longest_s=260), [0, 2]),
        (Filter(folder="/music"), [0, 1, 2, 3, 4]),
        (Filter(folder="/mus"), []),
        (Filter(with_file=True), [0, 1, 2, 3, 4]),
    ):
        assert catalog.tracks.ids(wanted).tolist() == [ids[p] for p in places], wanted
        assert catalog.tracks.count(wanted) == len(places) == len(catalog.tracks.page(wanted=wanted))
        assert catalog.tracks.any_there(wanted) == bool(places)


def test_hidden_tracks_are_nowhere_but_under_their_id(shelf):
    catalog, ids = shelf
    catalog.files.hide([ids[1]])
    assert catalog.tracks.search("help")[0].id == ids[2] and catalog.tracks.count() == 5
    assert "The Beatles" not in [a.name for a in catalog.artists.all()]
    assert catalog.tracks.get(ids[1]).title == "Help!"
    catalog.files.show([ids[1]])
    assert catalog.tracks.search("help")[0].id == ids[1]


def test_writing_over_a_track_changes_what_is_found(shelf):
    catalog, ids = shelf
    catalog.tracks.put(
        Entry("Yesterday", "The Beatles", "Help!", genres=("Ballad",), path="/music/1.mp3"), ids[1]
    )
    assert catalog.tracks.get(ids[1]).genres == ("Ballad",)
    assert catalog.tracks.get(ids[1]).duration_s == 140.0, "the sound is the same: what is known of it stays"
    assert [t.id for t in catalog.tracks.search("yesterday")] == [ids[1]]
    assert ids[1] not in [t.id for t in catalog.tracks.search("rock")]


def test_spellings_of_an_artist_are_one(catalog):
    ids = catalog.tracks.put_many([Entry("a", "Beyoncé"), Entry("b", "BEYONCE"), Entry("c", "Beyonce ", "X")])
    assert len({catalog.tracks.get(i).artist_id for i in ids}) == 1
    assert catalog.artists.named("bEYONCé").name == "Beyoncé"


def test_albums_in_playing_order(catalog):
    places = ((2, 1), (1, 2), (1, 1))
    catalog.tracks.put_many(
        [Entry(f"t{d}.{n}", "A", "Box", album_artist="Various", disc_no=d, track_no=n) for d, n in places]
    )
    [album] = catalog.albums.all()
    assert album.artist == "Various"
    tracks = catalog.tracks.many(catalog.albums.tracks(album.id)).values()
    assert [t.title for t in tracks] == ["t1.1", "t1.2", "t2.1"]
    assert (
        [a.title for a in catalog.albums.search("bo")]
        == ["Box"]
        == [a.title for a in catalog.albums.of(album.artist_id)]
    )


def test_albums_in_every_order(shelf):
    catalog, _ = shelf
    for order in ("title", "artist", "year", "newest", "random"):
        assert len(catalog.albums.all(order)) == 5
    assert [a.year for a in catalog.albums.all("year")] == [1965, 1971, 1981, 1989, 1993]


def test_artists_by_the_beginning_of_any_word(shelf):
    catalog, _ = shelf
    assert [a.name for a in catalog.artists.search("b")] == [
        "Björk",
        "Brian Eno & David Byrne",
        "The Beatles",
    ]
    assert catalog.artists.search("beat")[0].name == "The Beatles"
    assert catalog.artists.search("zz") == []


@pytest.mark.parametrize(
    ("phrase", "names"),
    [
        ("black sab", ["Black Sabbath"]),
        ("black", ["Black Sabbath", "Karen O, black"]),
        ("sabbath black", []),
        ('black "sab', ["Black Sabbath"]),
        ("o' black & *", []),
        ("it's", ["It's \\ : OK"]),
        ("!!!", ["!!!"]),
        ("田ヒ", ["宇多田ヒカル"]),
        ("", []),
    ],
)
def test_names_hold_the_phrase_as_it_stands(catalog: Catalog, phrase: str, names: list[str]) -> None:
    """Artists by name and albums by title, whatever signs are typed; "and" and "artist" are words like others."""
    named = ["Black Sabbath", "Karen O, black", "It's \\ : OK", "!!!", "宇多田ヒカル"]
    catalog.tracks.put_many([Entry("one", name, album=name) for name in named])
    assert [artist.name for artist in catalog.artists.search(phrase)] == names
    assert [album.title for album in catalog.albums.search(phrase)] == names


def test_the_artist_of_an_album_is_not_mistaken_for_those_on_it(catalog: Catalog) -> None:
    catalog.tracks.put(Entry("Army of Me", "Björk", "Now 31", album_artist="Various Artists"))
    assert catalog.artists.search("various") == []
    assert [artist.name for artist in catalog.artists.search("bjork")] == ["Björk"]


def test_a_name_is_found_by_itself_however_many_begin_with_it(catalog: Catalog) -> None:
    """Phrases of one letter look at a part of the library only; the artist of that very name is always there."""
    catalog.tracks.put_many(
        [Entry(f"{n}", f"A band {n}") for n in range(2 * CANDIDATES)] + [Entry("last", "A")]
    )
    assert catalog.artists.search("a", 1)[0].name == "A"


def test_odd_text_is_stored_and_found(catalog):
    odd = ["a\0b", "lone \udcff surrogate", "🎵🎶", "x" * 5000, "' OR 1=1 --", "%_\\"]
    ids = catalog.tracks.put_many([Entry(title, "someone\0", "al\0bum") for title in odd])
    titles = [catalog.tracks.get(i).title for i in ids]
    assert titles == [clean(t) for t in odd] and "\0" not in "".join(titles)


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist on Windows")
@given(st.binary(min_size=1, max_size=60).filter(lambda b: b"\0" not in b))
def test_any_bytes_are_a_path(sqlite_paths, name):
    catalog, folder = sqlite_paths
    path = "/music/" + os.fsdecode(name)
    found = catalog.tracks.at(path)
    track_id = found.id if found else catalog.tracks.put(Entry("t", path=path, folder_id=folder.id))
    assert catalog.tracks.get(track_id).path == path and catalog.tracks.at(path).id == track_id


@pytest.fixture(scope="module")
def sqlite_paths(tmp_path_factory):
    from synesthete.catalog import Catalog

    with Catalog(f"sqlite:///{tmp_path_factory.mktemp('paths')}/c.sqlite") as catalog:
        yield catalog, catalog.folders.add("/music")


@given(st.text(max_size=40))
def test_folding_is_stable_and_blank_only_for_blanks(text):
    once = fold(text)
    assert fold(once) == once or not once.isascii()
    assert bool(once) == bool(" ".join(text.split())) or not text.isprintable()
    assert all(word == word.strip() and word for word in search_words(text))


def test_transactions_are_all_or_nothing(catalog):
    with pytest.raises(RuntimeError), catalog.begin():
        catalog.tracks.put(Entry("a", "b"))
        assert catalog.tracks.count() == 1, "a transaction sees what it has written"
        raise RuntimeError
    assert (
        catalog.tracks.count() == 0
        and catalog.tracks.search("a") == []
        and catalog.artists.named("b") is None
    )


def test_external_ids(shelf):
    catalog, ids = shelf
    catalog.external_ids.put("spotify", [(ids[0], "x"), (ids[1], "y")])
    catalog.external_ids.put("spotify", [(ids[2], "x")])
    assert catalog.external_ids.find("spotify", ["x", "y", "z"]) == {"x": ids[2], "y": ids[1]}
    assert catalog.external_ids.of(ids[2]) == {"spotify": "x"}


def test_folders(catalog):
    outer, inner = catalog.folders.add("/a"), catalog.folders.add("/a/b")
    assert catalog.folders.add("/a").id == outer.id
    assert catalog.folders.around("/a/b/c.mp3").id == inner.id
    assert catalog.folders.around("/a/bc.mp3").id == outer.id and catalog.folders.around("/ab") is None
    catalog.folders.remove(inner.id)
    assert [f.path for f in catalog.folders.all()] == ["/a"]
    assert catalog.folders.add("/a/b").id == inner.id


def test_a_question_of_many_reads_sees_one_state(shelf):
    catalog, _ = shelf
    with ThreadPoolExecutor(1) as other, catalog.still():
        assert catalog.tracks.count() == 6
        other.submit(catalog.tracks.put, Entry("Added meanwhile", "Somebody")).result()
        assert catalog.tracks.count() == 6 and not catalog.tracks.search("meanwhile")
        with catalog.still():
            assert catalog.tracks.count() == 6
    assert catalog.tracks.count() == 7


def test_what_is_written_within_a_question_is_kept_and_seen_by_its_own_transaction(shelf):
    catalog, _ = shelf
    with catalog.still():
        assert catalog.tracks.count() == 6
        with catalog.begin():
            catalog.tracks.put(Entry("Written within", "Somebody"))
            assert catalog.tracks.count() == 7
    assert catalog.tracks.count() == 7


def test_any_number_of_ids_in_one_question(shelf):
    catalog, ids = shelf
    many = [*range(100_000, 140_000), *ids, 10**15]
    assert list(catalog.tracks.many(many)) == list(ids)
    assert catalog.tracks.many([]) == {}
    assert list(catalog.tracks.many([ids[2], ids[0], ids[2]])) == [ids[2], ids[0]]
