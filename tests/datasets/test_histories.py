"""Listening histories: what each program's export says, and what is refused or left out of it."""

from __future__ import annotations

import json

import pytest

from synesthete.datasets.documents import documents
from synesthete.datasets.findings import Opinion
from synesthete.datasets.itunes import read_itunes
from synesthete.datasets.kinds import KINDS, recognize
from synesthete.datasets.lastfm import read_lastfm
from synesthete.datasets.listenbrainz import read_listenbrainz
from synesthete.datasets.listens_csv import read_listens_csv
from synesthete.datasets.maloja import read_maloja
from synesthete.datasets.panoscrobbler import read_panoscrobbler
from synesthete.datasets.rockbox import read_rockbox
from synesthete.datasets.spotify_history import read_spotify_history
from synesthete.errors import FormatError
from synesthete.music import Description, Listen, Playlist, Word
from tests.datasets.reading import read, write

AT = 1_700_000_000  # 2023-11-14 22:13:20 UTC


def test_spotify_short_history_counts_back_from_the_end(tmp_path):
    rows = [
        {"endTime": "2023-11-14 22:14", "artistName": "Ada", "trackName": "Cogs", "msPlayed": 40_000},
        {"endTime": "2023-11-14 22:14", "artistName": "Ada", "trackName": "Cogs", "msPlayed": -5},
        {"endTime": "2023-11-14 22:14", "artistName": "Ada", "trackName": "Cogs", "msPlayed": 10**12},
        {"endTime": "yesterday", "artistName": "Ada", "trackName": "Cogs", "msPlayed": 1},
        {"endTime": "2023-11-14 22:14", "artistName": "", "trackName": "Cogs", "msPlayed": 1},
    ]
    found, report = read(read_spotify_history, write(tmp_path / "StreamingHistory0.json", json.dumps(rows)))
    assert found == [Listen(Description("Cogs", "Ada"), at=AT, played_s=40.0)]
    assert report.refused == {
        "impossible playing time": 2,
        "no readable time": 1,
        "no track or artist name": 1,
    }


@pytest.mark.parametrize(
    ("said", "ended", "expected"),
    [
        (True, "fwdbtn", True), (None, "fwdbtn", True), (False, "backbtn", True), (False, "trackdone", False),
        (None, "trackdone", None), (None, "logout", None),
    ],
)  # fmt: skip
def test_spotify_extended_history_keeps_skips(tmp_path, said, ended, expected):
    row = {
        "ts": "2023-11-14T22:14:00Z", "ms_played": 40_000, "master_metadata_track_name": "Cogs",
        "master_metadata_album_artist_name": "Ada", "master_metadata_album_album_name": "Engines",
        "spotify_track_uri": "spotify:track:4uLU6hMCjMI75M1A2tKUQC", "reason_end": ended, "skipped": said,
    }  # fmt: skip
    (listen,), _ = read(read_spotify_history, write(tmp_path / "endsong.json", json.dumps([row])))
    assert (listen.at, listen.played_s, listen.skipped) == (AT, 40.0, expected)
    assert listen.track == Description("Cogs", "Ada", "Engines", ids=(("spotify", "4uLU6hMCjMI75M1A2tKUQC"),))


SPOTIFY_ID = "4uLU6hMCjMI75M1A2tKUQC"


def test_spotify_library_liked_and_banned(tmp_path):
    row = {"artist": "Ada", "album": "Engines", "track": "Cogs", "uri": f"spotify:track:{SPOTIFY_ID}"}
    banned = {"artist": "Ada", "album": "Engines", "track": "Din", "uri": "spotify:track:no"}
    whole = {"tracks": [row, {"artist": "Ada"}], "albums": [{"artist": "x"}], "bannedTracks": [banned]}
    path = write(tmp_path / "YourLibrary.json", json.dumps(whole))
    assert recognize(documents(path)[0]) == "spotify-history"
    found, report = read(KINDS["spotify-history"].read, path)
    assert found == [
        Opinion(Description("Cogs", "Ada", "Engines", ids=(("spotify", SPOTIFY_ID),)), Word.LIKE),
        Opinion(Description("Din", "Ada", "Engines"), Word.DISLIKE),
    ]
    assert report.refused == {"no track or artist name": 1}
    old = write(tmp_path / "old.json", json.dumps({"tracks": [row]}))
    assert read(KINDS["spotify-history"].read, old)[0] == found[:1]


def test_spotify_playlists_of_the_account(tmp_path):
    track = {
        "trackName": "Cogs",
        "artistName": "Ada",
        "albumName": "Engines",
        "trackUri": f"spotify:track:{SPOTIFY_ID}",
    }
    rows = [
        {"name": "Run", "lastModifiedDate": "2022-01-01", "items": [{"track": track}, {"track": None, "episode": {}}]},
        {"name": "Run", "lastModifiedDate": "2022-01-01", "tracks": [track]},
        {"name": None, "lastModifiedDate": "2022-01-01"},
    ]  # fmt: skip
    path = write(tmp_path / "Playlist1.json", json.dumps({"playlists": rows}))
    assert recognize(documents(path)[0]) == "spotify-history"
    found, report = read(KINDS["spotify-history"].read, path)
    assert [(p.name, [t.title for t in p.tracks]) for p in found] == [("Run", ["Cogs"]), ("Run", ["Cogs"])]
    assert found[0].ids != found[1].ids and found[0].tracks[0].ids == (("spotify", SPOTIFY_ID),)
    assert report.accepted == 2 and report.refused.total() == 1


def test_spotify_podcasts_and_audiobooks_are_left_out_and_counted(tmp_path):
    empty = {"ts": "2023-11-14T22:14:00Z", "ms_played": 1, "master_metadata_track_name": None}
    rows = [{**empty, "episode_name": "Talk"}, {**empty, "audiobook_title": "Book"}, empty, "nonsense"]
    found, report = read(read_spotify_history, write(tmp_path / "a.json", json.dumps(rows)))
    assert found == [] and report.left_out == {"podcast episode": 1, "audiobook": 1}
    assert report.refused == {"no track or artist name": 1, "not a play": 1}


MBID = "c7d0bf6e-b2aa-4ffa-bded-2448415b39b0"
LISTEN = {
    "listened_at": AT,
    "track_metadata": {
        "track_name": "Cogs", "artist_name": "Ada", "release_name": "Engines",
        "additional_info": {"duration_ms": 61_500, "isrc": "GB-AYE-81-00053", "spotify_id": "bad"},
        "mbid_mapping": {"recording_mbid": MBID.upper()},
    },
}  # fmt: skip
EXPECTED = Listen(Description("Cogs", "Ada", "Engines", 61.5, MBID, "GBAYE8100053"), at=AT)


@pytest.mark.parametrize(
    "whole",
    [
        json.dumps(LISTEN) + "\n",
        json.dumps([LISTEN]),
        json.dumps({"listen_type": "import", "payload": [LISTEN]}),
        json.dumps({"payload": {"count": 1, "listens": [LISTEN]}}),
    ],
    ids=["export", "old export", "submission", "api page"],
)
def test_listenbrainz_in_every_wrapping(tmp_path, whole):
    assert read(read_listenbrainz, write(tmp_path / "listens.jsonl", whole))[0] == [EXPECTED]


def test_listenbrainz_feedback_and_what_plays_now(tmp_path):
    rows = [
        {"recording_mbid": MBID, "score": 1, "created": AT},
        {"recording_mbid": MBID, "score": -1},
        {"recording_mbid": MBID, "score": 0},
        {"recording_mbid": MBID, "score": 7},
        {"recording_mbid": None, "recording_msid": MBID, "score": 1},
        {"track_metadata": LISTEN["track_metadata"]},
        {"track_metadata": LISTEN["track_metadata"], "pinned_until": AT, "created": AT},
        {"listened_at": 0, "track_metadata": LISTEN["track_metadata"]},
        {"listened_at": 32_503_680_000, "track_metadata": LISTEN["track_metadata"]},
    ]
    path = write(tmp_path / "feedback.jsonl", "\n".join(map(json.dumps, rows)))
    found, report = read(read_listenbrainz, path)
    track = Description(recording_mbid=MBID)
    assert found == [Opinion(track, Word.LIKE, AT), Opinion(track, Word.DISLIKE)]
    assert report.left_out == {
        "feedback taken back": 1,
        "playing now, not yet a listen": 1,
        "pinned, not a listen": 1,
    }
    assert set(report.refused.values()) == {1} and len(report.refused) == 4


@pytest.mark.parametrize(
    "table",
    [
        "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
        f'{AT},"14 Nov 2023, 22:13",Ada,,Engines,,Cogs,\n',
        "Artist;Album;AlbumId;Track;Date#ada\n" + f"Ada;Engines;;Cogs;{AT}000\n",
        'Ada,Engines,Cogs,"14 Nov 2023 22:13:20"\n',
        "artist,album,track,utc\n" + 'Ada,Engines,Cogs,"14 Nov 2023 22:13:20"\n',
        "ISO time\tunixtime\ttrack name\tartist name\talbum name\n" + f"x\t{AT}\tCogs\tAda\tEngines\n",
        "# made by a program\n+ACM- Data export from Libre.fm,,\n\nArtist,Track,Album,Time\n"
        f"Ada,Cogs,Engines,{AT}\n",
        '"Playlist Title","Show"\n\nDate-time,Artist,Song,Release,Label\n'
        '2023-11-14T17:13:20-0500,Ada,"Cogs","Engines","L"\n',
    ],
    ids=["ghan", "lastfmstats", "no header", "utc", "unixtime", "libre.fm", "radio"],
)
def test_tables_of_listens_under_many_column_names(tmp_path, table):
    found, _ = read(read_listens_csv, write(tmp_path / "scrobbles.csv", table))
    assert found == [Listen(Description("Cogs", "Ada", "Engines"), at=AT)]


def test_a_table_without_the_columns_is_an_error(tmp_path):
    path = write(tmp_path / "x.csv", "Never,Gonna,Give,You,Up\nNever,Gonna,Let,You,Down\n")
    with pytest.raises(FormatError, match="no columns for artist, track and time"):
        read(read_listens_csv, path)


def test_lastfm_pages_loved_recent_and_top(tmp_path):
    track = {"name": "Cogs", "artist": {"name": "Ada"}, "mbid": MBID, "date": {"uts": str(AT)}}
    recent = {
        "name": "Cogs",
        "artist": {"#text": "Ada"},
        "album": {"#text": "Engines"},
        "date": {"uts": str(AT)},
    }
    now = {**recent, "@attr": {"nowplaying": "true"}}
    top = {"name": "Cogs", "artist": {"name": "Ada"}, "playcount": "12"}
    absurd = {**top, "playcount": "-3"}

    def page(name, *rows):
        return read(read_lastfm, write(tmp_path / "page.json", json.dumps({name: {"track": list(rows)}})))

    assert page("lovedtracks", track)[0] == [
        Opinion(Description("Cogs", "Ada", recording_mbid=MBID), Word.LIKE, AT)
    ]
    found, report = page("recenttracks", now, recent)
    assert found == [Listen(Description("Cogs", "Ada", "Engines"), at=AT)] and report.left_out.total() == 1
    found, report = page("toptracks", top, absurd)
    assert found == [Listen(Description("Cogs", "Ada"), at=0, count=12)]
    assert report.refused == {"impossible number of plays": 1}


@pytest.mark.parametrize("whole", ["[[{}], [{}]]", "[{}, {}]", '{{"scrobbles": [{}, {}]}}'])
def test_lastfm_tracks_saved_without_their_pages(tmp_path, whole):
    row = json.dumps(
        {"artist": {"#text": "Ada"}, "name": "Cogs", "album": {"#text": ""}, "date": {"uts": str(AT)}}
    )
    path = write(tmp_path / "scrobbles.json", whole.format(row, row))
    assert recognize(documents(path)[0]) == "lastfm"
    assert read(read_lastfm, path)[0] == [Listen(Description("Cogs", "Ada"), at=AT)] * 2


@pytest.mark.parametrize("whole", ['{{"scrobbles": [{}]}}', '{{"status": "ok", "list": [{}]}}'])
def test_maloja_without_its_own_mark(tmp_path, whole):
    row = {"time": AT, "track": {"artists": ["Ada", "Bea"], "title": "Cogs"}, "duration": None}
    path = write(tmp_path / "maloja.json", whole.format(json.dumps(row)))
    assert recognize(documents(path)[0]) == "maloja"
    assert read(read_maloja, path)[0] == [Listen(Description("Cogs", "Ada, Bea"), at=AT)]


def test_maloja_tells_track_length_from_time_played(tmp_path):
    good = {"time": AT, "duration": 30, "track": {"artists": ["Ada", "Bea"], "title": "Cogs", "length": 61}}
    whole = {"maloja": {"export_time": 1}, "scrobbles": [good, {"time": AT, "track": {}}, 5]}
    found, report = read(read_maloja, write(tmp_path / "maloja.json", json.dumps(whole)))
    assert found == [Listen(Description("Cogs", "Ada, Bea", duration_s=61), at=AT, played_s=30)]
    assert report.refused == {"no track or artist name": 1, "not a scrobble": 1}


def test_rockbox_log_keeps_skips_and_says_that_the_clock_had_no_zone(tmp_path):
    log = (
        "#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\n#CLIENT/Rockbox\n"
        f"Ada\tEngines\tCogs\t1\t61\tL\t{AT}\t{MBID}\n"
        f"Ada\tEngines\tWheels\t2\t61\tS\t{AT + 61}\n"
        f"Ada\tEngines\tLe\tvers\t3\t61\tL\t{AT}\t\t\n"
        f"Ada\t\tCogs\t1\t61\tX\t{AT}\t\n"
        "Ada\t\tCogs\t1\t61\tL\t0\t\n"
    )
    found, report = read(read_rockbox, write(tmp_path / ".scrobbler.log", log))
    assert [(x.track.title, x.skipped, x.track.recording_mbid) for x in found] == [
        ("Cogs", False, MBID),
        ("Wheels", True, None),
    ]
    assert report.refused == {
        "10 fields where 7 or 8 belong": 1,
        "rating is neither L nor S": 1,
        "time before the year 2000": 1,
    }
    assert report.notes.total() == 1


def test_panoscrobbler_scrobbles_and_hearts(tmp_path):
    row = {"timeMs": AT * 1000, "artist": "Ada", "track": "Cogs", "durationMs": 61_000}
    rows = [{**row, "event": "scrobble"}, {**row, "event": "love"}, {**row, "event": "ban"}]
    found, report = read(read_panoscrobbler, write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows))))
    track = Description("Cogs", "Ada", duration_s=61)
    assert found == [Listen(track, at=AT), Opinion(track, Word.LIKE, AT)]
    assert report.left_out == {"event 'ban'": 1}


ITUNES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>Major Version</key><integer>1</integer>
<key>Tracks</key><dict>
<key>7</key><dict><key>Track ID</key><integer>7</integer><key>Name</key><string>Cogs &amp; &#38;</string>
<key>Artist</key><string>Ada</string><key>Total Time</key><integer>61000</integer>
<key>Play Count</key><integer>3</integer><key>Play Date UTC</key><date>2023-11-14T22:13:20Z</date>
<key>Skip Count</key><integer>1</integer><key>Skip Date</key><date>2023-11-14T22:13:21Z</date>
<key>Rating</key><integer>100</integer>
<key>Location</key><string>file://localhost/G:/Music/Ada/01%20Cogs.mp3</string></dict>
<key>8</key><dict><key>Track ID</key><integer>8</integer><key>Name</key><string>Talk</string>
<key>Artist</key><string>Bea</string><key>Podcast</key><true/></dict>
<key>9</key><dict><key>Track ID</key><integer>9</integer><key>Name</key><string>Wheels</string>
<key>Artist</key><string>Ada</string><key>Play Count</key><integer>-4</integer></dict>
</dict>
<key>Playlists</key><array>
<dict><key>Name</key><string>Library</string><key>Master</key><true/></dict>
<dict><key>Name</key><string>Mine</string><key>Playlist Persistent ID</key><string>AB</string>
<key>Playlist Items</key><array><dict><key>Track ID</key><integer>7</integer></dict>
<dict><key>Track ID</key><integer>99</integer></dict></array></dict>
</array></dict></plist>"""


def test_itunes_totals_ratings_and_playlists(tmp_path):
    found, report = read(read_itunes, write(tmp_path / "Library.xml", ITUNES))
    track = Description("Cogs & &", "Ada", duration_s=61.0, path="G:/Music/Ada/01 Cogs.mp3")
    assert found == [
        Listen(track, at=AT, skipped=False, count=3),
        Listen(track, at=AT + 1, skipped=True, count=1),
        Opinion(track, Word.LIKE),
        Playlist("Mine", (track,), ids=(("itunes", "AB"),)),
    ]
    assert report.refused == {"impossible number of plays": 1}
    assert report.left_out == {"not music": 1, "built-in list or folder of playlists": 1}
    assert report.notes == {"playlist entry that is not a track of this library": 1}


def test_itunes_numbers_that_are_none_cost_their_track_alone(tmp_path):
    spoiled = ITUNES.replace("<integer>-4</integer>", "<integer>four</integer>").replace(
        "file://localhost/", "file://["
    )
    found, report = read(read_itunes, write(tmp_path / "a.xml", spoiled))
    assert report.refused == {"impossible number of plays": 1}
    assert found[0].track.title == "Cogs & &" and found[0].track.path is None


def test_other_xml_is_no_itunes_library(tmp_path):
    with pytest.raises(FormatError, match="no iTunes library"):
        read(read_itunes, write(tmp_path / "a.xml", "<html><body/></html>"))


def test_itunes_xml_that_is_cut_off_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="XML cannot be read"):
        read(read_itunes, write(tmp_path / "Library.xml", ITUNES[:900]))
