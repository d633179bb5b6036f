"""The MAX door: the contract of IBM's MAX Audio Embedding Generator 1.2.0, spoken exactly, and more.

`POST /model/predict` takes a file in the field `audio` and answers one list of numbers 0-255 per second of sound.
Beyond the contract: any codec, rate and length; `start_s` and `end_s`; `encoder` for one of ours instead.
With a VGGish-compatible encoder on the shelf the numbers are its published bytes, one row per 0.96 s. With another
encoder each row is the excerpt around that second, its numbers from -1..1 spread over 0..255; the header
`X-Encoder` says who answered.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from synesthete.encoders.shelf import entries, find
from synesthete.errors import AudioError, InputError, SynestheteError
from synesthete.web.faults import TooLarge, status_of
from synesthete.web.house import House, TheHouse, address_of
from synesthete.web.sound.rows import rows_per_second
from synesthete.web.sound.tasks import HearTask

VGGISH = "vggish"
WRONG_TYPE = "Invalid file type/extension"
WRONG_FIELDS = "Input payload validation failed"
METADATA = {
    "id": "audio_embeddings-tf",
    "name": "audio_embeddings TensorFlow Model",
    "description": "audio_embeddings TensorFlow model trained on Audio Set",
    "type": "audio_embeddings",
    "license": "Apache 2.0",
    "source": "https://developer.ibm.com/exchanges/models/all/max-audio-embedding-generator/",
}
"""What the contract says of itself; `X-Encoder` says what really answers."""

NOT_SOUND = ("text/", "image/", "application/json", "application/pdf", "application/xml", "application/zip")

Seconds = Annotated[float | None, Form(ge=0, le=1e6)]


class Contract(APIRoute):
    """A route whose fields, when they cannot be used, are refused in the contract's words."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with refused fields as status 400 instead of the API's 422."""
        handle = super().get_route_handler()

        async def in_its_words(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError:
                return _refused(400, WRONG_FIELDS)

        return in_its_words


router = APIRouter(include_in_schema=False, route_class=Contract)


@router.get("/model/metadata")
def metadata(house: TheHouse) -> JSONResponse:
    """The contract's description of the model."""
    return JSONResponse(METADATA, headers={"X-Encoder": _chosen(house, None)})


@router.post("/model/predict")
def predict(
    house: TheHouse,
    request: Request,
    audio: Annotated[UploadFile | None, File()] = None,
    start_s: Seconds = None,
    end_s: Seconds = None,
    encoder: Annotated[str | None, Form(max_length=100)] = None,
    encoder_in_address: Annotated[str | None, Query(alias="encoder", max_length=100)] = None,
) -> JSONResponse:
    """Rows of 0-255, one per second of sound."""
    _ = house.entrance.who(request.headers, request.cookies, address_of(request)).id  # the server's own rule
    if audio is None:
        return _refused(400, WRONG_FIELDS)
    if (audio.content_type or "").lower().startswith(NOT_SOUND):
        return _refused(400, WRONG_TYPE)
    if end_s is not None and (start_s or 0.0) >= end_s:
        return _refused(400, "start_s must be before end_s")
    try:
        stamp = _chosen(house, encoder or encoder_in_address)
        rows = _rows(house, audio, stamp, start_s or 0.0, end_s)
    except AudioError:
        return _refused(400, WRONG_TYPE)
    except SynestheteError as error:
        status = status_of(error)
        return _refused(status if isinstance(error, TooLarge) or status > 499 else 400, str(error))
    return JSONResponse({"status": "ok", "embedding": rows}, headers={"X-Encoder": stamp})


@router.get("/swagger.json")
def swagger() -> dict[str, Any]:
    """The contract as Swagger 2.0."""
    return SWAGGER


def _chosen(house: House, name: str | None) -> str:
    """The stamp of the encoder that answers: as asked, else the VGGish-compatible one, else the one in force."""
    shelf = house.parts.encoders_folder
    if name is not None:
        return find(name, shelf).card.stamp
    published = next((e.card.stamp for e in entries(shelf) if e.card.postprocess == VGGISH), None)
    return published or house.parts.stamp


def _rows(
    house: House, audio: UploadFile, stamp: str, start_s: float, end_s: float | None
) -> list[list[int]]:
    settings = house.settings
    sound = house.clips.receive(audio.file)
    try:
        task = HearTask(
            str(sound), stamp, house.parts.encoders_folder, settings.execution_provider, start_s, end_s,
            settings.upload_s,
        )  # fmt: skip
        rows = house.ears.ask(rows_per_second, task)
    finally:
        house.clips.discard(sound)
    if not len(rows):
        raise InputError("this is too short: a row needs about a second of sound")
    return [[int(number) for number in row] for row in rows]


def _refused(status: int, message: str) -> JSONResponse:
    return JSONResponse({"status": "error", "message": message}, status)


_TEXT = {"type": "string"}
SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "basePath": "/",
    "info": {
        "title": "MAX Audio Embedding Generator",
        "version": "1.2.0",
        "description": "Generate embedding vectors from audio files.",
    },
    "produces": ["application/json"],
    "consumes": ["application/json"],
    "paths": {
        "/model/metadata": {
            "get": {
                "operationId": "get_metadata",
                "summary": "Return the metadata associated with the model",
                "responses": {"200": {"description": "Success", "schema": {"$ref": "#/definitions/ModelMetadata"}}},
                "tags": ["model"],
            }
        },
        "/model/predict": {
            "post": {
                "operationId": "predict",
                "summary": "Generate audio embedding from input data",
                "consumes": ["multipart/form-data"],
                "parameters": [
                    {"name": "audio", "in": "formData", "type": "file", "required": True,
                     "description": "Any sound file; 16-bit PCM WAV is what the contract asks for."},
                    {"name": "start_s", "in": "formData", "type": "number", "description": "Begin here, seconds."},
                    {"name": "end_s", "in": "formData", "type": "number", "description": "End here, seconds."},
                    {"name": "encoder", "in": "formData", "type": "string", "description": "Another encoder."},
                ],
                "responses": {
                    "200": {"description": "Success", "schema": {"$ref": "#/definitions/ModelPredictResponse"}},
                    "400": {"description": "Invalid file type/extension"},
                },
                "tags": ["model"],
            }
        },
    },
    "definitions": {
        "ModelMetadata": {
            "type": "object",
            "required": ["id", "license", "name", "source", "type"],
            "properties": dict.fromkeys(("id", "name", "description", "type", "license", "source"), _TEXT),
        },
        "ModelPredictResponse": {
            "type": "object",
            "required": ["embedding", "status"],
            "properties": {
                "status": _TEXT,
                "embedding": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
            },
        },
    },
}  # fmt: skip
