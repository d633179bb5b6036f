"""Settings become parts: the catalog, the ear, the index and the tastes, opened once and closed once."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from synesthete.errors import NotFound
from synesthete.settings import Settings

if TYPE_CHECKING:  # heavy guests arrive when their part is first asked for
    from synesthete.catalog import Catalog
    from synesthete.encoders.encoder import Encoder
    from synesthete.encoders.tags import Tags
    from synesthete.index.index import Index
    from synesthete.recommend.recommender import Recommender
    from synesthete.taste.learned import Learned

IN_FORCE = "encoder in force"
"""Name of the value that says whose embeddings answer questions."""

CLUSTERS_MADE = "cluster names"
"""A value that changes when clusters are made anew."""


class Parts:
    """What the program is made of, wired by the settings. Threads may share it."""

    def __init__(self, settings: Settings):
        from synesthete.catalog import Catalog

        self.settings = settings
        self.catalog: Catalog = Catalog(settings.database_url)
        self._lock = threading.RLock()
        self._encoders: dict[str, Encoder] = {}
        self._tags: dict[str, Tags | None] = {}
        self._indexes: dict[str, tuple[object, Index]] = {}
        self._taste: tuple[object, Learned] | None = None
        self._recommenders: dict[str, tuple[object, Recommender]] = {}

    @property
    def encoders_folder(self) -> Path:
        """Where encoders that a person added lie."""
        return self.settings.data / "encoders"

    @property
    def taste_folder(self) -> Path:
        """Where learned taste models lie, one folder each."""
        return self.settings.data / "taste"

    def index_folder(self, stamp: str | None = None) -> Path:
        """Where the index of an encoder's embeddings lies; of the one in force when None."""
        return self.settings.data / "index" / (stamp or self.stamp)

    @property
    def stamp(self) -> str:
        """`name@version` of the encoder in force: the one whose embeddings answer questions."""
        kept = self.catalog.values.get(IN_FORCE)
        return kept if kept is not None else self.catalog.values.once(IN_FORCE, self.wanted)

    @property
    def wanted(self) -> str:
        """Stamp of the encoder that new files are heard with: as set, else in force, else the shelf's first.

        It differs from the one in force while the library is being heard anew.
        """
        from synesthete.encoders.shelf import find

        if self.settings.encoder is not None:
            return find(self.settings.encoder, self.encoders_folder).card.stamp
        kept = self.catalog.values.get(IN_FORCE)
        try:
            return find(kept, self.encoders_folder).card.stamp
        except NotFound:  # another version came with an update of the program, or it was removed
            return find(None, self.encoders_folder).card.stamp

    def put_in_force(self, stamp: str) -> None:
        """Let this encoder's embeddings answer from now on."""
        self.catalog.values.put(IN_FORCE, stamp)

    @property
    def encoder(self) -> Encoder:
        """The encoder in force, ready to hear clips."""
        return self.open_encoder(self.stamp)

    def open_encoder(self, stamp: str) -> Encoder:
        """The encoder with this stamp or name, opened once. Raises NotFound when it is not on the shelf."""
        from synesthete.encoders.shelf import open_encoder

        with self._lock:
            if stamp not in self._encoders:
                provider = self.settings.execution_provider
                self._encoders[stamp] = open_encoder(stamp, self.encoders_folder, provider=provider)
            return self._encoders[stamp]

    def tags_of(self, stamp: str) -> Tags | None:
        """The words for sound that the encoder with this stamp brings along; None when it brings none, or is gone."""
        from synesthete.encoders.shelf import open_tags

        with self._lock:
            if stamp not in self._tags:
                try:
                    self._tags[stamp] = open_tags(stamp, self.encoders_folder)
                except NotFound:  # another version came, or it was removed: its embeddings still answer
                    self._tags[stamp] = None
            return self._tags[stamp]

    @property
    def index(self) -> Index:
        """The index of the encoder in force, read again when a job has written a newer one.

        Raises NotFound while nothing has been analyzed.
        """
        return self.index_of(self.stamp)

    def index_of(self, stamp: str) -> Index:
        """The index of any encoder's embeddings; as `index`."""
        from synesthete.index.choose import load_index

        folder = self.index_folder(stamp)
        mark = _mark(folder / "card.json")
        with self._lock:
            if stamp not in self._indexes or self._indexes[stamp][0] != mark:
                self._indexes.pop(stamp, None)
                try:
                    self._indexes[stamp] = (mark, load_index(folder, stamp))
                except NotFound as error:
                    raise self.nothing_heard(stamp) from error
            return self._indexes[stamp][1]

    def nothing_heard(self, stamp: str) -> NotFound:
        """Why an encoder has no index, and what to do: there is no music, or it has not heard it."""
        from synesthete.catalog.tracks import Filter

        if not self.catalog.tracks.any_there(Filter(with_file=True)):
            hint = "Add a folder of music: synesthete add ~/Music"
            return NotFound("nothing has been analyzed yet", hint=hint)
        verb = "update" if stamp == self.wanted else f"encoders switch {stamp.partition('@')[0]}"
        hint = f"Let it hear the library: synesthete {verb}"
        return NotFound("this encoder has heard nothing here yet", subject=stamp, hint=hint)

    @property
    def taste(self) -> Learned | None:
        """What was learned from listens and playlists, read again when it was learned anew; None before that.

        None too while it was learned from somebody who has been erased since: nothing of theirs answers.
        """
        from synesthete.taste.learned import Learned

        mark = _mark(self.taste_folder / Learned.MARK)
        with self._lock:
            if mark is None:
                self._taste = None
            elif self._taste is None or self._taste[0] != mark:
                self._taste = (mark, Learned.load(self.taste_folder))
            taste = None if self._taste is None else self._taste[1]
        fresh = taste is not None and taste.erased == self.catalog.personal.erased
        return taste if fresh else None

    @property
    def recommender(self) -> Recommender:
        """Who answers requests: over the newest index, taste and clusters, and over none while there are none."""
        return self.recommender_of(self.stamp)

    def recommender_of(self, stamp: str) -> Recommender:
        """Who answers by what the encoder with this stamp heard, in force or not."""
        from synesthete.recommend.collection import Collection
        from synesthete.recommend.recommender import Recommender

        with self._lock, self.catalog.still():
            index, taste = self._index_or_none(stamp), self.taste
            made_of = (
                stamp in self._indexes and self._indexes[stamp][0],
                taste and self._taste and self._taste[0],
            )
            mark = (index is None, *made_of, self.catalog.values.get(CLUSTERS_MADE))
            if stamp not in self._recommenders or self._recommenders[stamp][0] != mark:
                tags = self.tags_of(stamp)
                collection = Collection(self.catalog, index or self._empty_index(stamp), stamp, taste, tags)
                ids, clusters, _ = self.catalog.atlas.cluster_column()
                members = dict(zip(ids.tolist(), clusters.tolist(), strict=True))
                self._recommenders[stamp] = (mark, Recommender(collection, members))
            return self._recommenders[stamp][1]

    def _index_or_none(self, stamp: str) -> Index | None:
        try:
            return self.index_of(stamp)
        except NotFound:
            return None

    def _empty_index(self, stamp: str) -> Index:
        """The index of a library in which nothing was heard yet."""
        from synesthete.index.exact import ExactIndex

        return ExactIndex(self.open_encoder(stamp).card.dim, stamp)

    def close(self) -> None:
        """Let everything go."""
        with self._lock:
            self._taste = None
            for kept in (self._encoders, self._tags, self._indexes, self._recommenders):
                kept.clear()
        self.catalog.close()

    def __enter__(self) -> Parts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_parts(settings: Settings) -> Parts:
    """The parts for these settings; close them when done.

    >>> with open_parts(load_settings("~/.local/share/synesthete")) as parts:   # doctest: +SKIP
    ...     parts.index.near(parts.encoder.embed(pictures), n=10)
    """
    return Parts(settings)


def _mark(file: Path) -> object:
    """What changes when a file is replaced; None while it is not there."""
    try:
        facts = file.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_ino, facts.st_size
