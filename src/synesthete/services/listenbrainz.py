"""ListenBrainz: listens in (only the new ones), feedback in and out, playlists out as JSPF.

Facts: listenbrainz.readthedocs.io; at most 1,000 listens a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synesthete.errors import NotAllowed, NotFound
from synesthete.music import Description, Listen
from synesthete.services.ability import Opinion
from synesthete.services.caller import Caller

API = "https://api.listenbrainz.org"
PAGE = 1000
RECORDING = "https://musicbrainz.org/recording/"
JSPF_PLAYLIST = "https://musicbrainz.org/doc/jspf#playlist"


class ListenBrainz:
    """One person's ListenBrainz; reading needs only the name, writing the token from their profile."""

    def __init__(self, user: str, token: str | None = None, url: str = API, **caller: Any):
        headers = {"Authorization": f"Token {token}"} if token else None
        self.caller = Caller("ListenBrainz", url, headers=headers, **caller)
        self.user, self.token = user, token

    def listens(self, since: int = 0) -> Iterator[Listen]:
        """Listens after `since` (unix seconds), oldest page first, so that a stop in between loses nothing."""
        newest = since
        while True:
            params = {"count": PAGE, "min_ts": newest}
            page = self.caller.json("GET", f"/1/user/{self.user}/listens", params=params)["payload"]
            rows = sorted(page.get("listens", []), key=lambda row: row["listened_at"])
            rows = [row for row in rows if row["listened_at"] > newest]
            if not rows:
                return
            yield from (_listen(row) for row in rows)
            newest = rows[-1]["listened_at"]

    def opinions(self) -> Iterator[Opinion]:
        """Loved recordings as stars, hated ones as one of five."""
        offset = 0
        while True:
            params = {"count": 100, "offset": offset, "metadata": "true"}
            page = self.caller.json("GET", f"/1/feedback/user/{self.user}/get-feedback", params=params)
            rows = page.get("feedback", [])
            for row in rows:
                meta = row.get("track_metadata") or {}
                track = Description(meta.get("track_name"), meta.get("artist_name"), meta.get("release_name"),
                                    recording_mbid=row.get("recording_mbid"))  # fmt: skip
                yield Opinion(track, starred=row["score"] > 0, rating=1 if row["score"] < 0 else None)
            offset += len(rows)
            if not rows or offset >= page.get("total_count", 0):
                return

    def say(self, recording_mbid: str, score: int) -> None:
        """Love (1), hate (-1) or take it back (0)."""
        self._need_token()
        body = {"recording_mbid": recording_mbid, "score": score}
        self.caller.json("POST", "/1/feedback/recording-feedback", json=body)

    def put_playlist(self, name: str, tracks: Sequence[Description], comment: str | None = None) -> str:
        """Create a playlist of those tracks that have a MusicBrainz id; returns its own MBID."""
        self._need_token()
        rows = [
            {"title": t.title, "creator": t.artist, "identifier": [f"{RECORDING}{t.recording_mbid}"]}
            for t in tracks if t.recording_mbid
        ]  # fmt: skip
        if not rows:
            raise NotFound("no track of this list has a MusicBrainz id, which ListenBrainz goes by", subject=name,
                           hint="Tag the files with MusicBrainz Picard, or export the list as a file.")  # fmt: skip
        playlist = {"title": name, "track": rows, "extension": {JSPF_PLAYLIST: {"public": False}}}
        if comment:
            playlist["annotation"] = comment
        answer = self.caller.json("POST", "/1/playlist/create", json={"playlist": playlist})
        return str(answer["playlist_mbid"])

    def _need_token(self) -> None:
        if not self.token:
            raise NotAllowed(
                "writing to ListenBrainz needs your user token", hint="It is on your ListenBrainz profile."
            )


def _listen(row: dict[str, Any]) -> Listen:
    meta = row["track_metadata"]
    more = meta.get("additional_info") or {}
    mapped = meta.get("mbid_mapping") or {}
    duration_s = more["duration_ms"] / 1000 if more.get("duration_ms") else more.get("duration")
    track = Description(
        title=meta.get("track_name"),
        artist=meta.get("artist_name"),
        album=meta.get("release_name"),
        duration_s=duration_s,
        recording_mbid=more.get("recording_mbid") or mapped.get("recording_mbid"),
        isrc=more.get("isrc"),
    )
    return Listen(track, at=int(row["listened_at"]), listener=row.get("user_name"))
