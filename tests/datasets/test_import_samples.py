"""Real samples of exports: every file is recognized, and read to the last entry."""

from __future__ import annotations

import pytest

from synesthete.datasets.documents import documents
from synesthete.datasets.kinds import KINDS, recognize
from synesthete.errors import FormatError
from tests.datasets.reading import read

SAMPLES = [
    # file, kind, accepted, refused, left out
    ("listenbrainz/dot_scrobbler.log", "rockbox", 3, 1, 0),
    ("listenbrainz/lastfm_loved_tracks_1.json", "lastfm", 5, 0, 0),
    ("listenbrainz/librefm.csv", "librefm", 3, 0, 0),
    ("listenbrainz/librefm_loved_tracks_1.json", "librefm", 3, 0, 0),
    ("listenbrainz/librefm_loved_tracks_2.json", "librefm", 3, 0, 0),
    ("listenbrainz/librefm_no_album_column.csv", "librefm", 2, 0, 0),
    ("listenbrainz/librefm_via_maloja.csv", "lastfm", 3, 0, 0),
    ("listenbrainz/librefm_with_comments.csv", "lastfm", 3, 0, 0),
    ("listenbrainz/listenbrainz_all_invalid.jsonl", "listenbrainz", 0, 3, 0),
    ("listenbrainz/listenbrainz_listens.jsonl", "listenbrainz", 2, 0, 0),
    ("listenbrainz/listenbrainz_mixed_validity.jsonl", "listenbrainz", 3, 2, 0),
    ("listenbrainz/maloja.json", "maloja", 2, 0, 0),
    ("listenbrainz/maloja_malformed.json", "maloja", 0, 3, 0),
    ("listenbrainz/panoscrobbler.jsonl", "panoscrobbler", 2, 0, 0),
    ("listenbrainz/playlist_sample.jspf", "playlist", 1, 0, 0),
    ("listenbrainz/spinitron_sample.csv", "lastfm", 3, 2, 0),
    ("listenbrainz/spotify_recently_played_expected.json", "listenbrainz", 1, 0, 0),
    ("listenbrainz/spotify_recently_played_submitted.json", "spotify-history", 1, 0, 0),
    ("listenbrainz/spotify_skipped_tracks.json", "spotify-history", 14, 1, 0),
    ("listenbrainz/spotify_streaming_2023.json", "spotify-history", 5, 0, 0),
    ("listenbrainz/spotify_streaming_endsong_0.json", "spotify-history", 5, 0, 0),
    ("listenbrainz/user_export_test.json", "listenbrainz", 3, 0, 0),
    ("listenbrainz/valid_import.json", "listenbrainz", 2, 0, 0),
    ("listenbrainz/valid_playing_now.json", "listenbrainz", 0, 0, 1),
    ("listenbrainz/valid_single.json", "listenbrainz", 1, 0, 0),
    ("itunes/itunes_library_unix.xml", "itunes", 3, 0, 2),
    ("itunes/itunes_library_windows.xml", "itunes", 3, 0, 2),
    ("m3u/bom-test-utf16.m3u", "playlist", 1, 0, 0),
    ("m3u/bom-test.m3u", "playlist", 1, 0, 0),
    ("m3u/cr-ended.m3u", "playlist", 2, 0, 0),
    ("m3u/lf-ended.m3u", "playlist", 2, 0, 0),
    ("m3u/pls-with-name.m3u", "playlist", 3, 0, 0),
    ("m3u/pls-without-name.m3u", "playlist", 3, 0, 0),
    ("m3u/pls1.m3u", "playlist", 2, 0, 0),
]


@pytest.mark.parametrize(("name", "kind", "accepted", "refused", "left_out"), SAMPLES)
def test_samples(shared_data, name, kind, accepted, refused, left_out):
    path = shared_data / "taste" / "import-samples" / name
    assert recognize(documents(path)[0]) == kind
    _, report = read(KINDS[kind].read, path)
    assert (report.accepted, report.refused.total(), report.left_out.total()) == (accepted, refused, left_out)


@pytest.mark.parametrize("name", ["m3u/public_playlist.nsp", "m3u/recently_played.nsp"])
def test_smart_playlists_are_refused_with_words(shared_data, name):
    path = shared_data / "taste" / "import-samples" / name
    with pytest.raises(FormatError, match="a rule, not a list of tracks"):
        read(KINDS["playlist"].read, path)


def test_what_is_no_export_is_not_recognized(shared_data):
    folder = shared_data / "taste" / "import-samples" / "navidrome-subsonic"
    assert {recognize(document) for document in documents(folder)} == {None}


def test_the_skips_of_the_sample_are_kept(shared_data):
    path = shared_data / "taste" / "import-samples" / "listenbrainz" / "spotify_skipped_tracks.json"
    found, _ = read(KINDS["spotify-history"].read, path)
    skipped = {listen.track.title for listen in found if listen.skipped}
    assert skipped == {"Mountain Sound", "Wake Up And Smell The Millennium", "Jazz Suite No. 2: 1. March"}


@pytest.mark.parametrize(
    ("name", "rows", "refused"),
    [("spotify_songs_tidytuesday.parquet", 32833, 5), ("spotify_hit_predictor.parquet", 41106, 0)],
)
def test_feature_tables_in_parquet(shared_data, name, rows, refused):
    path = shared_data / "taste" / name
    assert recognize(documents(path)[0]) == "spotify-features"
    found, report = read(KINDS["spotify-features"].read, path)
    assert (len(found), report.refused.total()) == (rows - refused, refused)
    assert all(0 <= listing.values["danceability"] <= 1 for listing in found)
