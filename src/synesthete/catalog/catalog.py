"""The catalog: the one truth, opened once, with one small class per noun."""

from __future__ import annotations

from functools import cached_property

from synesthete.catalog.accounts import Accounts
from synesthete.catalog.albums import Albums
from synesthete.catalog.artists import Artists
from synesthete.catalog.atlas import Atlas
from synesthete.catalog.database import Database
from synesthete.catalog.descriptors import Descriptors
from synesthete.catalog.embeddings import Embeddings
from synesthete.catalog.external_ids import ExternalIds
from synesthete.catalog.feedback import FeedbackWords
from synesthete.catalog.files import Files
from synesthete.catalog.folders import Folders
from synesthete.catalog.imports import Imports
from synesthete.catalog.impressions import Impressions
from synesthete.catalog.jobs import Jobs
from synesthete.catalog.ledger import Ledger
from synesthete.catalog.letters import Letters
from synesthete.catalog.listeners import Listeners
from synesthete.catalog.listens import Listens
from synesthete.catalog.migrate import bring_up_to_date
from synesthete.catalog.personal import Personal
from synesthete.catalog.play_counts import PlayCounts
from synesthete.catalog.playlists import Playlists
from synesthete.catalog.scores import Scores
from synesthete.catalog.searches import Searches
from synesthete.catalog.shares import Shares
from synesthete.catalog.standing import Standing
from synesthete.catalog.statistics import Statistics
from synesthete.catalog.tracks import Tracks
from synesthete.catalog.unmatched import Unmatched
from synesthete.catalog.values import Values


class Catalog(Database):
    """What we know: think of a library's card cabinet, one drawer per noun.

    `url` is sqlite:///PATH or postgresql://...; the schema is made or migrated on open. `busy_s` is how
    long to wait for another writer before raising Busy. Threads may share one catalog.

    Nouns may be combined in one transaction:

    >>> with catalog.begin():                                  # doctest: +SKIP
    ...     track_id = catalog.tracks.put(entry)
    ...     catalog.ledger.mark(track_id, stamp, "analyzed")

    Raises MismatchError when a newer program made the catalog, SettingsError for a URL that cannot be used.
    """

    def __init__(self, url: str, busy_s: float = 30.0):
        super().__init__(url, busy_s)
        try:
            bring_up_to_date(self.engine)
        except BaseException:
            self.close()
            raise

    @cached_property
    def folders(self) -> Folders:
        """Remembered folders of music."""
        return Folders(self)

    @cached_property
    def files(self) -> Files:
        """What is remembered of the files behind tracks."""
        return Files(self)

    @cached_property
    def tracks(self) -> Tracks:
        """Everything that can be played, or at least named."""
        return Tracks(self)

    @cached_property
    def artists(self) -> Artists:
        """Who made the music."""
        return Artists(self)

    @cached_property
    def albums(self) -> Albums:
        """Releases."""
        return Albums(self)

    @cached_property
    def embeddings(self) -> Embeddings:
        """Where tracks and their excerpts lie among all sounds, by encoder."""
        return Embeddings(self)

    @cached_property
    def descriptors(self) -> Descriptors:
        """Named numbers about tracks: tempo, key, brightness."""
        return Descriptors(self)

    @cached_property
    def atlas(self) -> Atlas:
        """Where tracks lie on the map, and which cluster each belongs to."""
        return Atlas(self)

    @cached_property
    def external_ids(self) -> ExternalIds:
        """What others call our tracks."""
        return ExternalIds(self)

    @cached_property
    def listeners(self) -> Listeners:
        """People."""
        return Listeners(self)

    @cached_property
    def accounts(self) -> Accounts:
        """How people get in: passwords, sessions, keys."""
        return Accounts(self)

    @cached_property
    def personal(self) -> Personal:
        """Everything of one person, to hand over or to erase."""
        return Personal(self)

    @cached_property
    def statistics(self) -> Statistics:
        """How the house is used, in sums."""
        return Statistics(self)

    @cached_property
    def standing(self) -> Standing:
        """How large the library is and how far it is heard, remembered while nothing changes."""
        return Standing(self)

    @cached_property
    def listens(self) -> Listens:
        """What was played, when, by whom."""
        return Listens(self)

    @cached_property
    def unmatched(self) -> Unmatched:
        """What people played, listed and said that is not here yet."""
        return Unmatched(self)

    @cached_property
    def feedback(self) -> FeedbackWords:
        """What people said: like, dislike, never, skip."""
        return FeedbackWords(self)

    @cached_property
    def play_counts(self) -> PlayCounts:
        """Totals of data sets: who played what how often."""
        return PlayCounts(self)

    @cached_property
    def playlists(self) -> Playlists:
        """Ordered lists of tracks."""
        return Playlists(self)

    @cached_property
    def letters(self) -> Letters:
        """Weekly letters, drafted and sent."""
        return Letters(self)

    @cached_property
    def searches(self) -> Searches:
        """What people searched for."""
        return Searches(self)

    @cached_property
    def impressions(self) -> Impressions:
        """What was recommended, and what of it was taken."""
        return Impressions(self)

    @cached_property
    def imports(self) -> Imports:
        """Which files were read."""
        return Imports(self)

    @cached_property
    def jobs(self) -> Jobs:
        """Work that takes time."""
        return Jobs(self)

    @cached_property
    def ledger(self) -> Ledger:
        """What was done to every file, with which encoder."""
        return Ledger(self)

    @cached_property
    def scores(self) -> Scores:
        """How good encoders and models measured."""
        return Scores(self)

    @cached_property
    def shares(self) -> Shares:
        """What was published."""
        return Shares(self)

    @cached_property
    def values(self) -> Values:
        """A few named values."""
        return Values(self)
