"""Tracks: facts, cover, sound, and pictures of the sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from synesthete.catalog.tracks import Filter
from synesthete.errors import InputError, NotFound
from synesthete.web import pictures
from synesthete.web.api.models.music import Peaks, SoundFile, SoundWord, TrackList, TrackPage
from synesthete.web.facts import track_facts
from synesthete.web.house import Asking, Count, House, ItsId, Offset, TheHouse
from synesthete.web.show import Shower, sound_words, visible
from synesthete.web.wording import in_words

router = APIRouter(prefix="/tracks", tags=["music"])

SOUND_TYPES = {
    ".mp3": "audio/mpeg", ".flac": "audio/flac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
    ".m4a": "audio/mp4", ".m4b": "audio/mp4", ".mp4": "audio/mp4", ".aac": "audio/aac", ".wav": "audio/wav",
    ".aif": "audio/aiff", ".aiff": "audio/aiff", ".wma": "audio/x-ms-wma", ".webm": "audio/webm",
    ".mka": "audio/x-matroska", ".wv": "audio/x-wavpack", ".ape": "audio/x-ape", ".mpc": "audio/x-musepack",
}  # fmt: skip
"""What browsers call files with these endings."""

MOST_IDS = 500


@router.get("")
def tracks(
    house: TheHouse,
    who: Asking,
    ids: Annotated[str | None, Query(max_length=10_000, description="Comma-separated; up to 500.")] = None,
    genre: Annotated[str | None, Query(max_length=200)] = None,
    order: Literal["artist", "newest"] = "artist",
    n: Count = 50,
    offset: Offset = 0,
) -> TrackList:
    """Tracks by their ids, or all of them page by page."""
    catalog, show = house.catalog, Shower(house.catalog, who)
    if ids is not None:
        found = show.tracks(_numbers(ids))
        return TrackList(tracks=found, total=len(found))
    wanted = Filter(genres=(genre,) if genre else ())
    if order == "newest":
        newest = catalog.tracks.newest(offset + n)[offset:]
        return TrackList(tracks=show.tracks(newest), total=catalog.tracks.count())
    found = [show.track(track) for track in catalog.tracks.page(n, offset, wanted)]
    return TrackList(tracks=found, total=catalog.tracks.count(wanted))


@router.get("/{track_id}")
def track(house: TheHouse, who: Asking, track_id: ItsId) -> TrackPage:
    """Everything a page about one track shows at once."""
    catalog = house.catalog
    found = visible(catalog, track_id)
    facts = track_facts(catalog, track_id, house.parts.stamp, who.id)
    file = facts.file | {"path": found.path if who.is_owner else None}
    return TrackPage(
        track=Shower(catalog, who).track(found),
        descriptors=in_words(facts.descriptors),
        words=_words(house, track_id),
        file=SoundFile(**file),
        analyzed=facts.plan,
        reason=facts.reason,
        recording_mbid=found.recording_mbid,
        isrc=found.isrc,
        replaygain_db=found.replaygain_db,
        plays=facts.plays,
        played_at=facts.played_at,
        external_ids=catalog.external_ids.of(track_id),
    )


@router.get("/{track_id}/cover", response_class=Response, responses=pictures.JPEG)
def cover(house: TheHouse, _who: Asking, track_id: ItsId, size: pictures.Size = 512) -> Response:
    """The cover as JPEG, at most `size` pixels wide and high."""
    return pictures.cover(house, sound_file(house, track_id), size)


@router.head("/{track_id}/audio", include_in_schema=False)  # players ask how long it is before they play
@router.get(
    "/{track_id}/audio", response_class=FileResponse, responses={206: {"description": "A range of it."}}
)
def audio(house: TheHouse, _who: Asking, track_id: ItsId) -> FileResponse:
    """The original file; HTTP Range is understood, so players can seek."""
    path = sound_file(house, track_id)
    kind = SOUND_TYPES.get(path.suffix.lower(), "application/octet-stream")
    return FileResponse(path, media_type=kind, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{track_id}/peaks")
def peaks(house: TheHouse, _who: Asking, track_id: ItsId, points: pictures.Points = 800) -> Peaks:
    """The waveform for drawing."""
    return pictures.peaks(house, sound_file(house, track_id), points)


@router.get("/{track_id}/spectrogram", response_class=Response, responses=pictures.PNG)
def spectrogram(
    house: TheHouse,
    request: Request,
    _who: Asking,
    track_id: ItsId,
    start_s: pictures.Start = 0,
    end_s: pictures.End = None,
    width: pictures.Width = 256,
    height: pictures.Height = 96,
) -> Response:
    """A small picture of a span (ten seconds when no end is given): time to the right, pitch upward."""
    return pictures.spectrogram(house, request, sound_file(house, track_id), start_s, end_s, width, height)


def sound_file(house: House, track_id: int) -> Path:
    """Where the track's file is. Raises NotFound when there is none, or it is gone."""
    found = visible(house.catalog, track_id)
    if found.path is None:
        raise NotFound("this track is known by name alone; there is no sound of it here", subject=track_id)
    path = Path(found.path)
    if not path.is_file():
        hint = "`synesthete update` finds files that were moved."
        raise NotFound("the file of this track is gone just now", subject=track_id, hint=hint)
    return path


def _words(house: House, track_id: int) -> list[SoundWord]:
    """What the track sounds like to the encoder in force; nothing where it was not heard."""
    stamp = house.parts.stamp
    tags, vector = house.parts.tags_of(stamp), house.catalog.embeddings.get(track_id, stamp)
    return [] if tags is None or vector is None else sound_words(tags.words(vector))


def _numbers(ids: str) -> list[int]:
    texts = [text.strip() for text in ids.split(",") if text.strip()]
    if len(texts) > MOST_IDS:
        raise InputError(f"at most {MOST_IDS} ids at once")
    if not all(text.isascii() and text.isdigit() and len(text) < 16 for text in texts):
        raise InputError("ids are whole numbers with commas between", subject=ids[:100])
    return [int(text) for text in texts]
