"""Nouns of the house become what the API says: the same track looks the same in every answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synesthete import music
from synesthete.catalog import Catalog
from synesthete.catalog.accounts import Account
from synesthete.catalog.jobs import Job as CatalogJob
from synesthete.encoders.tags import HeardWord
from synesthete.errors import NotFound
from synesthete.web.api.models import library as library_models
from synesthete.web.api.models import music as models
from synesthete.web.api.models import people as people_models
from synesthete.web.auth.entrance import Who

WORDS = ("like", "dislike", "never")


class Shower:
    """Shows music to one listener: with the words they said about it."""

    def __init__(self, catalog: Catalog, who: Who):
        self._catalog = catalog
        words = catalog.feedback.words(who.id)
        self._tracks = _by_id(words.liked, words.disliked, words.never)
        self._artists = _by_id(words.liked_artists, words.disliked_artists, words.never_artists)

    def track(self, track: music.Track) -> models.Track:
        """One track."""
        return models.Track(
            id=track.id, title=track.title, artist=track.artist, artist_id=track.artist_id, album=track.album,
            album_id=track.album_id, album_artist=track.album_artist, track_no=track.track_no,
            disc_no=track.disc_no, year=track.year, genres=list(track.genres), duration_s=track.duration_s,
            has_cover=track.has_cover, playable=track.path is not None, word=self._tracks.get(track.id),
        )  # fmt: skip

    def tracks(self, ids: Iterable[int]) -> list[models.Track]:
        """Tracks in the order of their ids; those that are gone are left out."""
        return [self.track(track) for track in self._catalog.tracks.many(ids).values()]

    def artists(self, artists: Sequence[music.Artist]) -> list[models.Artist]:
        """Artists with the size of their work."""
        counts = self._catalog.statistics.track_counts([a.id for a in artists])
        return [self._artist(artist, counts.get(artist.id, (0, 0, None))) for artist in artists]

    def albums(self, albums: Sequence[music.Album]) -> list[models.Album]:
        """Albums with the size of them."""
        counts = self._catalog.statistics.album_counts([a.id for a in albums])
        return [_album(album, *counts.get(album.id, (0, None))) for album in albums]

    def _artist(self, artist: music.Artist, counts: tuple[int, int, int | None]) -> models.Artist:
        return models.Artist(
            id=artist.id, name=artist.name, mbid=artist.mbid, tracks=counts[0], albums=counts[1],
            cover_track_id=counts[2], word=self._artists.get(artist.id),
        )  # fmt: skip


def sound_words(words: Iterable[HeardWord]) -> list[models.SoundWord]:
    """Words for a sound."""
    return [models.SoundWord(word=w.word, kind=w.kind, confidence=w.confidence) for w in words]


def _album(album: music.Album, tracks: int, cover: int | None) -> models.Album:
    return models.Album(
        id=album.id, title=album.title, artist=album.artist, artist_id=album.artist_id, year=album.year,
        mbid=album.mbid, tracks=tracks, has_cover=cover is not None,
    )  # fmt: skip


def _by_id(*said: Iterable[int]) -> dict[int, models.WordValue]:
    return {int(i): word for word, ids in zip(WORDS, said, strict=True) for i in ids}  # type: ignore[misc]


def listener(account: Account) -> people_models.Listener:
    """A person as they and the owner see them."""
    return people_models.Listener(
        id=account.id, name=account.name, role=account.role.value, email=account.email,
        time_zone=account.time_zone, language=account.language, letter=account.letter,
        letter_weekday=account.letter_weekday, letter_hour=account.letter_hour,
        has_password=account.password_hash is not None, has_provider=account.subject is not None, created_at=account.created_at, seen_at=account.seen_at,
    )  # fmt: skip


def job(job: CatalogJob) -> library_models.Job:
    """A job with how far it is."""
    finished = job.done + job.skipped + job.failed
    return library_models.Job(
        id=job.id, kind=job.kind, state=job.state, wish=job.wish, about=job.about, found=job.found,
        done=job.done, skipped=job.skipped, failed=job.failed,
        share=min(1.0, finished / job.found) if job.found else None, rate=job.rate, left_s=job.left_s,
        message=job.message, started_at=job.started_at, beat_at=job.beat_at, ended_at=job.ended_at,
    )  # fmt: skip


def visible(catalog: Catalog, track_id: int) -> music.Track:
    """The track with this id. Raises NotFound."""
    track = catalog.tracks.many([track_id]).get(music.TrackId(track_id))
    if track is None:
        raise NotFound("no track has this id", subject=track_id)
    return track
