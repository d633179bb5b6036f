"""Clips: ask with sound that need not be in the library."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse

from synesthete.encoders.hearing import Heard
from synesthete.encoders.shelf import find
from synesthete.errors import AudioError, InputError, SynestheteError
from synesthete.web import pictures
from synesthete.web.api.models.ask import Clip, ClipAnswer
from synesthete.web.api.models.music import Peaks
from synesthete.web.asking import Asked
from synesthete.web.house import Asking, House, TheHouse
from synesthete.web.sound.clips import ClipFacts
from synesthete.web.sound.tasks import HearTask, hear_file

router = APIRouter(prefix="/clips", tags=["ask"])

Seconds = Annotated[float | None, Form(ge=0, le=1e6)]


@router.post("")
def ask_with_sound(
    house: TheHouse,
    who: Asking,
    file: Annotated[UploadFile, File(description="Any sound file.")],
    start_s: Seconds = None,
    end_s: Seconds = None,
    n: Annotated[int, Form(ge=1, le=200)] = 20,
    per_artist: Annotated[int, Form(ge=0, le=200)] = 2,
    encoder: Annotated[
        str | None, Form(max_length=100, description="By what this one heard, instead of the one in force.")
    ] = None,
) -> ClipAnswer:
    """Recommendations for a file, or a span of it; and whether this very recording is in the library.

    The clip can be a seed of later requests until it expires.
    """
    if end_s is not None and (start_s or 0.0) >= end_s:
        raise InputError(f"start_s {start_s or 0:g} is not before end_s {end_s:g}")
    stamp = house.parts.stamp if encoder is None else find(encoder, house.parts.encoders_folder).card.stamp
    facts, heard = hear_clip(house, who.id, file, start_s or 0.0, end_s, stamp)
    return Asked(house, who).with_clip(facts, heard, show(facts), n, per_artist, in_force=encoder is None)


@router.get("/{clip_id}")
def clip(house: TheHouse, who: Asking, clip_id: str) -> Clip:
    """A clip of the listener who asks, while it is kept."""
    return show(house.clips.get(clip_id, who.id))


@router.get("/{clip_id}/audio", response_class=FileResponse)
def audio(house: TheHouse, who: Asking, clip_id: str) -> FileResponse:
    """The clip as it was sent; HTTP Range is understood."""
    facts = house.clips.get(clip_id, who.id)
    return FileResponse(house.clips.sound(facts), media_type="application/octet-stream")


@router.get("/{clip_id}/peaks")
def peaks(house: TheHouse, who: Asking, clip_id: str, points: pictures.Points = 800) -> Peaks:
    """The waveform for drawing."""
    return pictures.peaks(house, house.clips.sound(house.clips.get(clip_id, who.id)), points)


@router.get("/{clip_id}/spectrogram", response_class=Response, responses=pictures.PNG)
def spectrogram(
    house: TheHouse,
    request: Request,
    who: Asking,
    clip_id: str,
    start_s: pictures.Start = 0,
    end_s: pictures.End = None,
    width: pictures.Width = 256,
    height: pictures.Height = 96,
) -> Response:
    """A small picture of a span: time to the right, pitch upward."""
    sound = house.clips.sound(house.clips.get(clip_id, who.id))
    return pictures.spectrogram(house, request, sound, start_s, end_s, width, height)


@router.delete("/{clip_id}", status_code=204)
def remove(house: TheHouse, who: Asking, clip_id: str) -> None:
    """Forget a clip now."""
    house.clips.remove(house.clips.get(clip_id, who.id))


def hear_clip(
    house: House,
    listener_id: int,
    file: UploadFile,
    start_s: float,
    end_s: float | None,
    stamp: str,
) -> tuple[ClipFacts, Heard]:
    """Keep an upload as a clip, and what the encoder with the stamp heard in it.

    Raises AudioError, InputError; then nothing is kept.
    """
    settings = house.settings
    sound = house.clips.receive(file.file)
    try:
        task = HearTask(
            str(sound), stamp, house.parts.encoders_folder, settings.execution_provider, start_s, end_s,
            settings.upload_s,
        )  # fmt: skip
        made = house.ears.ask(hear_file, task)
        if made.heard.silent:
            raise AudioError(
                "there is only silence", hint="Choose another region, or record closer to the sound."
            )
        return house.clips.keep(sound, listener_id, file.filename, stamp, made), made.heard
    except SynestheteError as error:
        house.clips.discard(sound)
        error.subject = (
            file.filename or "the upload"
        )  # not the name we gave it, which means nothing to people
        raise


def show(facts: ClipFacts) -> Clip:
    """A clip as it is shown."""
    return Clip(
        id=facts.id, name=facts.name, duration_s=facts.total_s, start_s=facts.start_s, end_s=facts.end_s,
        expires_at=facts.expires_at,
    )  # fmt: skip
