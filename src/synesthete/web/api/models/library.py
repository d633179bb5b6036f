"""The library: folders, jobs, failed files, encoders, and the map."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synesthete.web.api.models.base import Answer, Question
from synesthete.web.api.models.music import Track

JobState = Literal["running", "paused", "done", "failed", "stopped"]
JobKind = Literal["update", "map", "cluster", "learn", "replay", "retry", "demo"]


class Health(Answer):
    """Alive, and able to answer."""

    ok: bool
    version: str


class TrackCounts(Answer):
    """found = analyzed + skipped + failed + pending."""

    found: int
    analyzed: int
    quick: int = Field(description="Of the pending: already answerable from the quick pass.")
    skipped: int
    failed: int
    pending: int


class IndexFacts(Answer):
    """The searchable set in force."""

    kind: str
    size: int
    dim: int


class Status(Answer):
    """What is known, analyzed, pending and failed."""

    version: str
    tracks: TrackCounts
    artists: int
    albums: int
    encoder: str
    index: IndexFacts
    running_jobs: int
    sources: list[str] = Field(description="Sources of candidates that can answer now.")
    upload_mb: int = Field(description="Largest upload, megabytes.")


class Folder(Answer):
    """A folder of music that is remembered."""

    id: int
    path: str
    tracks: int
    added_at: int
    scanned_at: int | None
    present: bool = Field(description="Whether it can be read just now.")


class Folders(Answer):
    """Every remembered folder."""

    folders: list[Folder]


class NewFolder(Question):
    """A folder on the server, inside the allowed roots."""

    path: str = Field(min_length=1, max_length=4096)


class PickerFolder(Answer):
    """One folder to step into."""

    name: str
    path: str
    sounds: int = Field(description="Sound files directly inside, counted up to 1000.")
    remembered: bool


class Picker(Answer):
    """What lies in a folder of the server, limited to the allowed roots."""

    path: str | None = Field(description="null at the top, where the roots are listed.")
    parent: str | None
    folders: list[PickerFolder]
    sounds: int


class Job(Answer):
    """Work that takes time."""

    id: int
    kind: str
    state: JobState
    wish: Literal["pause", "stop"] | None
    about: str | None
    found: int
    done: int
    skipped: int
    failed: int
    share: float | None = Field(description="0 to 1; null while the amount is unknown.")
    rate: float | None = Field(description="Items per second, lately.")
    left_s: float | None = Field(description="Estimated time left.")
    message: str | None
    started_at: int
    beat_at: int
    ended_at: int | None


class Jobs(Answer):
    """Jobs, the newest first."""

    jobs: list[Job]


class NewJob(Question):
    """Work to start. `update` looks at every folder again; `retry` tries failed files once more."""

    kind: JobKind
    clusters: int | None = Field(None, ge=2, le=500, description="How many, for `cluster`.")


class Started(Answer):
    """The work began; its job appears in the list of jobs within a moment."""

    kind: str
    process: int


class FailedFile(Answer):
    """A file that could not be analyzed, and why."""

    track: Track
    path: str | None
    state: Literal["failed", "skipped"]
    reason: str | None
    attempts: int
    at: int


class FailedFiles(Answer):
    """Failed and skipped files, the newest first."""

    files: list[FailedFile]
    total: int


class EncoderFacts(Answer):
    """An encoder on the shelf and how much of the library it has heard."""

    name: str
    version: str
    stamp: str
    dim: int
    license: str | None
    about: str | None
    in_force: bool
    tracks: int = Field(description="Tracks it has heard.")
    share: float


class Encoders(Answer):
    """Every encoder on the shelf."""

    encoders: list[EncoderFacts]


class EncoderChoice(Question):
    """Which encoder shall answer; with `now` at once, from what it has heard so far."""

    name: str = Field(min_length=1, max_length=100)
    now: bool = False


class MapColor(Answer):
    """A way to color the map: a number between low and high, or one of the categories."""

    name: str
    label: str
    kind: Literal["number", "category"]
    low: float | None
    high: float | None
    categories: list[str] = Field(description="The category with index i, for kind 'category'.")


class MapFacts(Answer):
    """What there is to draw. `version` changes when the points do."""

    count: int
    version: str
    colors: list[MapColor]
    note: str | None = Field(None, description="How to make the map, when there is none.")


class MapNeighbor(Answer):
    """A true neighbor by sound, wherever it is drawn."""

    track: Track
    similarity: float
    x: float | None
    y: float | None


class MapNeighbors(Answer):
    """The nearest neighbors of one point in the full space, since two dimensions lie."""

    track: Track
    neighbors: list[MapNeighbor]
