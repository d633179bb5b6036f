"""From picks to a letter: titles, covers, signed links."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from synesthete.audio.tags import read_tags
from synesthete.catalog import Catalog
from synesthete.catalog.letters import PickRow, Subscriber
from synesthete.digest.letter import Letter, Pick, Section
from synesthete.digest.links import Act, new_secret, sign
from synesthete.errors import AudioError
from synesthete.music import Track

SECRET = "secret of letters"
"""Name of the value that signs links."""
TITLES = {
    "played": "Because of what you played",
    "new": "New to your library",
    "rediscover": "Rediscover",
    "outside": "Outside your habits",
    "popular": "Played here",
    "corners": "From all corners of your library",
}
FOR_STRANGERS = frozenset({"popular", "corners"})
TO_A_STRANGER = (
    "You have not played anything here yet, so this is what is new and what there is. "
    "Like or dislike a few: the next letter will be about you."
)
COVER_SIDE = 112
"""Pixels: twice the 56 it is shown at, for sharp screens."""


def secret_of(catalog: Catalog) -> str:
    """The secret that signs letters' links, made once."""
    return catalog.values.once(SECRET, new_secret())


@dataclass(frozen=True)
class Writing:
    """Writes letters for one house: `base_url` is how people reach it, `secret` signs the links."""

    catalog: Catalog
    base_url: str
    secret: str

    def __call__(self, subscriber: Subscriber, week: str, made_at: int, picks: list[PickRow]) -> Letter:
        """The letter of a week. A track that has gone since it was picked is left out."""
        tracks = self.catalog.tracks.many(pick.track_id for pick in picks)
        here = [pick for pick in picks if pick.track_id in tracks]
        sections = tuple(
            Section(
                name,
                TITLES[name],
                tuple(self._pick(subscriber, week, row, tracks[row.track_id]) for row in rows),
            )
            for name, rows in groupby(here, key=lambda row: row.section)
        )
        who = subscriber.listener
        reading = self._token(Act("read", who.id, week=week))
        return Letter(
            who.name, subscriber.email, week, made_at, sections,
            page_url=f"{self.base_url}/letters/read/{reading}",
            unsubscribe_url=f"{self.base_url}/letters/say/{self._token(Act('unsubscribe', who.id))}",
            feed_url=f"{self.base_url}/letters/feed/{reading}",
            note=TO_A_STRANGER if any(section.name in FOR_STRANGERS for section in sections) else None,
        )  # fmt: skip

    @property
    def domain(self) -> str:
        """The name after the @ of message ids."""
        return urlsplit(self.base_url).hostname or "localhost"

    def _pick(self, subscriber: Subscriber, week: str, row: PickRow, track: Track) -> Pick:
        def say(word: str) -> str:
            return f"{self.base_url}/letters/say/{self._token(Act(word, subscriber.listener.id, track.id, week))}"

        return Pick(
            track.id, track.title, track.artist, track.album, row.reason,
            play_url=f"{self.base_url}/track/{track.id}",
            like_url=say("like"), dislike_url=say("dislike"), never_url=say("never"), cover=small_cover(track),
        )  # fmt: skip

    def _token(self, act: Act) -> str:
        return sign(act, self.secret)


def small_cover(track: Track) -> bytes | None:
    """The track's cover as a small JPEG, or None where there is none that can be read."""
    if not track.has_cover or track.path is None:
        return None
    from PIL import Image, UnidentifiedImageError

    try:
        cover = read_tags(track.path).cover
        if cover is None:
            return None
        image = Image.open(io.BytesIO(cover.data)).convert("RGB")
        image.thumbnail((COVER_SIDE, COVER_SIDE))
    except (AudioError, OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None  # a letter goes out without a cover rather than not at all
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
