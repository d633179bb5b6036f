"""The library: what a notebook user, the command line and a script need, in one object.

>>> import synesthete
>>> with synesthete.open("~/.local/share/synesthete") as library:   # doctest: +SKIP
...     library.add("~/Music")
...     for track in library.search("nina simone"):
...         print(track.title)
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from synesthete.errors import AudioError, InputError, NotFound
from synesthete.music import Track
from synesthete.parts import Parts, open_parts
from synesthete.settings import Settings, load_settings

if TYPE_CHECKING:
    from synesthete.catalog.tracks import Filter
    from synesthete.encoders.tags import HeardWord
    from synesthete.jobs.reconcile import Findings
    from synesthete.jobs.running import Report
    from synesthete.jobs.status import Status
    from synesthete.recommend.by_word import HeardAs
    from synesthete.recommend.recognize import Recognition
    from synesthete.recommend.recommender import Answer, Recommender
    from synesthete.recommend.request import Clip, Seed

StrPath = str | os.PathLike[str]


def open(data: StrPath | None = None, **settings: Any) -> Library:
    """The library kept in the folder `data` (else SYNESTHETE_DATA, else the platform's place), made if absent.

    Further settings by name: `synesthete.open(path, workers=2)`. Close it when done, or use `with`.
    """
    return Library(load_settings(data, **settings))


class Library:
    """A library of music that hears. Threads may share it; `parts` is what it is made of."""

    def __init__(self, settings: Settings):
        self.parts: Parts = open_parts(settings)

    @property
    def settings(self) -> Settings:
        """How this installation runs."""
        return self.parts.settings

    def add(
        self,
        paths: StrPath | Iterable[StrPath],
        report: Report | None = None,
        *,
        quick: bool = False,
        workers: int | None = None,
        nice: int | None = None,
        load: int | None = None,
        wait: bool = True,
    ) -> Findings:
        """Remember folders of music, find their files, hear them and index them; what was found.

        `report` is told now and then how far it is. `quick` hears three excerpts of each track only; the next
        `update` hears the rest. `load` is percent of a core per worker. With `wait`, waits for another process
        that is at the same work; without, raises Busy. Raises InputError for a path that is no folder.
        """
        folders = [self._remember(path) for path in _paths(paths)]
        return self._bring_up_to_date(folders, report, quick, workers, nice, load, wait)

    def update(
        self,
        report: Report | None = None,
        *,
        quick: bool = False,
        workers: int | None = None,
        nice: int | None = None,
        load: int | None = None,
        wait: bool = True,
        empty_is_gone: bool = False,
        retry: bool = False,
    ) -> Findings:
        """Look at every remembered folder again, and hear what is new or changed; what was found.

        Tracks of a folder that is absent or empty are kept as they were, unless `empty_is_gone`: a disk that
        is not mounted looks the same. `retry` tries files that failed once more.
        """
        return self._bring_up_to_date(None, report, quick, workers, nice, load, wait, empty_is_gone, retry)

    def switch(
        self, encoder: str, report: Report | None = None, *, now: bool = False, **hands: int | None
    ) -> None:
        """Hear the whole library with another encoder, and then let it answer.

        The encoder in force answers meanwhile. With `now` the other one answers at once, from what it has heard
        so far; answers say how much that is, and `update` hears the rest. Raises NotFound for a name that is not
        on the shelf, Conflict when an encoder that has heard nothing should answer now.
        """
        from synesthete.jobs.update import answer_now, hands_for, hear

        stamp = self.parts.open_encoder(encoder).card.stamp
        if now:
            answer_now(self.parts, stamp)
            return
        with hands_for(self.parts, **hands) as workers:
            hear(self.parts, workers, report, wait=True, stamp=stamp)
        if not self.parts.catalog.ledger.counts(stamp).found:
            self.parts.put_in_force(stamp)

    def remove(self, encoder: str) -> None:
        """Take an encoder that was added off the shelf, and forget what it heard; data sets' vectors stay.

        Raises NotFound when there is no such encoder, Conflict when it came with the program or is in use.
        """
        from synesthete.jobs.update import withdraw

        withdraw(self.parts, encoder)

    def status(self) -> Status:
        """How things stand: files found, analyzed, skipped, failed and pending; encoder; index; folders."""
        from synesthete.jobs.status import status_of

        return status_of(self.parts)

    def track(self, query: str | int) -> Track:
        """The one track meant by an id, a path or a search phrase. Raises NotFound."""
        tracks = self.parts.catalog.tracks
        return tracks.get(query) if isinstance(query, int) else tracks.find(query)

    def example(self, encoder: str | None = None) -> Track | None:
        """The first track that the encoder in force (or this one) has heard, to show what asking is like; or None.

        Raises NotFound when there is no such encoder.
        """
        stamp = self.parts.stamp if encoder is None else self.parts.open_encoder(encoder).card.stamp
        track_id = self.parts.catalog.embeddings.first_heard(stamp)
        return None if track_id is None else self.track(track_id)

    def search(self, phrase: str, n: int = 20) -> list[Track]:
        """Up to n tracks that hold every word of the phrase in title, artist or album, best first."""
        return self.parts.catalog.tracks.search(phrase, n)

    def heard_as(self, phrase: str, n: int = 20) -> list[HeardAs]:
        """Up to n tracks whose sound has every word of the phrase ("calm piano"), the most so first.

        The words are those of the encoder in force: what it hears, not what anybody has tagged. Empty when the
        phrase is made of other words.
        """
        from synesthete.recommend.by_word import heard_as

        return heard_as(self.parts.recommender.collection, phrase, n)

    def words(self, query: str | int | Track) -> list[HeardWord]:
        """Words for the sound of a track, with how sure the encoder in force is; the surest first.

        Raises NotFound when no track is meant. Empty when it was not heard, or the encoder has no words for it.
        """
        parts = self.parts
        track = query if isinstance(query, Track) else self.track(query)
        tags, vector = parts.tags_of(parts.stamp), parts.catalog.embeddings.get(int(track.id), parts.stamp)
        return [] if tags is None or vector is None else tags.words(vector)

    def similar(
        self,
        query: StrPath | int | bytes | Track,
        start_s: float | None = None,
        end_s: float | None = None,
        n: int = 10,
        *,
        per_artist: int | None = None,
        wanted: Filter | None = None,
        encoder: str | None = None,
    ) -> Answer:
        """The n tracks that sound most like the query, best first, each with a reason and a moment.

        The query is a track, its id, its path, a search phrase, or sound that is not in the library: the path
        of any audio file, or its bytes. `start_s` and `end_s` choose a part of it, in seconds. At most
        `per_artist` results are by one artist (2; 0: no limit), and all pass the filter `wanted`. With `encoder`
        (a name or stamp), by what that one heard instead of the one in force.

        Raises NotFound when a phrase means no track, or there is no such encoder, AudioError when a file's sound cannot be read.
        """
        seed = self.seed(query, start_s, end_s, encoder)
        more = {} if per_artist is None else {"per_artist": per_artist}
        answer = self.ask(
            (seed,), n=n, taste=0.0, adventurousness=0.0, encoder=encoder, **more, **_filter(wanted)
        )
        if seed.clip is None or not answer.results:
            return answer
        return answer.placed(self._recognized(query, seed.clip, start_s, encoder), seed.clip)  # type: ignore[arg-type]

    def recommend(
        self,
        seeds: Iterable[Seed | Track | int | StrPath] = (),
        listener: str | None = None,
        n: int = 20,
        **more: Any,
    ) -> Answer:
        """One list from sound and listeners: from the seeds, for the listener, or both; each with its reason.

        Seeds are tracks, their ids, search phrases, files, or `Seed`s with weights. `more` are the further wishes
        of `synesthete.recommend.request.Request`: wanted, taste, novelty, adventurousness, per_artist ...
        Raises NotFound for a seed or listener that leads nowhere.
        """
        from synesthete.recommend.request import Seed

        chosen = tuple(seed if isinstance(seed, Seed) else self.seed(seed) for seed in seeds)
        if listener is not None:
            person = self.parts.catalog.listeners.named(listener)
            if person is None:
                raise NotFound("no listener has this name", subject=listener)
            more["listener_id"] = person.id
        return self.ask(chosen, n=n, **more)

    def ask(self, seeds: tuple[Seed, ...], *, encoder: str | None = None, **wishes: Any) -> Answer:
        """The answer to a request made of these seeds and wishes (see `Request`), by the encoder in force or this."""
        from synesthete.recommend.request import Request

        return self.recommender(encoder).recommend(Request(seeds, **wishes))

    def recommender(self, encoder: str | None = None) -> Recommender:
        """Who answers by what an encoder heard; its index is grown first where it lags behind the catalog.

        Raises NotFound when it is not on the shelf.
        """
        if encoder is None:
            return self.parts.recommender
        from synesthete.jobs.refresh import grown

        return grown(self.parts, self.parts.open_encoder(encoder).card.stamp)

    def hear(
        self,
        source: StrPath | bytes,
        start_s: float | None = None,
        end_s: float | None = None,
        name: str | None = None,
        encoder: str | None = None,
    ) -> Clip:
        """Sound that is not in the library as the encoder in force (or this one) hears it: to ask with.

        Raises AudioError when its sound cannot be read, or is only silence.
        """
        from synesthete.encoders.hearing import hear
        from synesthete.recommend.request import Clip

        path = source if isinstance(source, bytes) else Path(source).expanduser()
        ear = self.parts.encoder if encoder is None else self.parts.open_encoder(encoder)
        heard = hear(ear, path, "full", start_s or 0.0, end_s)
        called = name or ("your clip" if isinstance(path, bytes) else path.name)
        if heard.silent:
            raise AudioError("there is only silence", subject=called, hint="Choose another part of it.")
        return Clip(heard.track, heard.excerpts, heard.starts_s, heard.ends_s, called)

    def recognize(
        self, source: StrPath | bytes, start_s: float | None = None, end_s: float | None = None
    ) -> Recognition | None:
        """The track that is this very recording, and where in it the sound begins; None when there is none.

        Small mp3s and a phone's microphone do not hide it. It is listened to where the track's file is at hand.
        Raises AudioError when the sound cannot be read.
        """
        return self._recognized(source, self.hear(source, start_s, end_s), start_s)

    def close(self) -> None:
        """Let everything go."""
        self.parts.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _bring_up_to_date(
        self,
        folders: list[Any] | None,
        report: Report | None,
        quick: bool,
        workers: int | None,
        nice: int | None,
        load: int | None,
        wait: bool,
        empty_is_gone: bool = False,
        retry: bool = False,
    ) -> Findings:
        from synesthete.jobs.update import hands_for, hear, look

        with hands_for(self.parts, workers, nice, load) as hands:
            findings = look(self.parts, hands, folders, report, wait, empty_is_gone)
            hear(self.parts, hands, report, wait, ("quick",) if quick else ("quick", "full"), retry=retry)
        return findings

    def _recognized(
        self, source: StrPath | bytes, clip: Clip, start_s: float | None, encoder: str | None = None
    ) -> Recognition | None:
        from synesthete.recommend.closely import Stretch

        path = source if isinstance(source, bytes) else Path(source).expanduser()
        return self.recommender(encoder).recognize(clip, Stretch(path, start_s or 0.0))

    def _remember(self, path: Path) -> Any:
        folder = Path(os.path.abspath(path.expanduser()))
        if not folder.is_dir():
            what = "this is a file; a folder can be added" if folder.exists() else "there is no such folder"
            raise InputError(what, subject=folder, hint="To ask about one file: synesthete similar FILE")
        if self.settings.data.resolve() == folder.resolve():
            raise InputError("this is where Synesthete keeps its own data", subject=folder)
        return self.parts.catalog.folders.add(folder)

    def seed(
        self,
        query: StrPath | int | bytes | Track,
        start_s: float | None = None,
        end_s: float | None = None,
        encoder: str | None = None,
    ) -> Seed:
        """What a person meant to start from: a track of the library, or sound that is not in it."""
        from synesthete.recommend.request import Seed, SeedKind

        if isinstance(query, Track):
            track: Track | None = query
        elif isinstance(query, int):
            track = self.parts.catalog.tracks.get(query)
        elif isinstance(query, bytes):
            track = None
        else:
            place = Path(query).expanduser()
            track = self.parts.catalog.tracks.at(os.path.abspath(place))
            if track is None and not _is_file(place):
                track = self.track(os.fspath(query))
        if track is None:
            return Seed(SeedKind.CLIP, clip=self.hear(query, start_s, end_s, encoder=encoder))  # type: ignore[arg-type]
        return Seed(SeedKind.TRACK, int(track.id), start_s=start_s, end_s=end_s)


def _filter(wanted: Filter | None) -> dict[str, Filter]:
    return {} if wanted is None else {"wanted": wanted}


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except (OSError, ValueError):  # a phrase too long or too odd to be a path
        return False


def _paths(paths: StrPath | Iterable[StrPath]) -> list[Path]:
    return [Path(paths)] if isinstance(paths, str | os.PathLike) else [Path(path) for path in paths]
