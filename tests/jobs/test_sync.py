"""Sync: what servers know comes in once, playlists go out, and a part that fails costs the others nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from synesthete.catalog import Catalog
from synesthete.catalog.entries import Entry
from synesthete.catalog.resolve import Resolver
from synesthete.errors import NotFound, ServiceError
from synesthete.jobs.sync import hear_remote, put_playlist, sync, take_playlist, word_of
from synesthete.music import Description, Listen, Playlist, Word
from synesthete.services.ability import Opinion
from synesthete.services.subsonic import Subsonic
from tests.services.conftest import server  # noqa: F401  the real Subsonic server


class Diary:
    """A service with listens and nothing else; it may break after some."""

    def __init__(self, times: Sequence[int], breaks_after: int | None = None):
        self.times, self.breaks_after, self.asked = times, breaks_after, []

    def listens(self, since: int = 0) -> Iterator[Listen]:
        self.asked.append(since)
        for number, at in enumerate(t for t in self.times if t > since):
            if number == self.breaks_after:
                raise ServiceError("the line went dead")
            yield Listen(Description("Cogs", "Ada Byron"), at=at)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(f"sqlite:///{tmp_path / 'c.sqlite'}") as catalog:
        catalog.tracks.put(Entry(title="Cogs", artist="Ada Byron", duration_s=180.0))
        catalog.tracks.put(Entry(title="Wheels", artist="Ada Byron", duration_s=200.0))
        yield catalog


def test_listens_come_once_and_only_new_ones_are_asked_for(house: Catalog):
    owner = house.listeners.owner().id
    diary = Diary([1_700_000_000 + n for n in range(1200)])
    assert sync(house, diary, "diary", owner).counts["listens"] == 1200
    assert sync(house, diary, "diary", owner).counts["listens"] == 0
    assert diary.asked == [0, 1_700_001_199] and house.listens.number(owner) == 1200


def test_a_line_that_goes_dead_keeps_what_came_and_goes_on_there(house: Catalog):
    owner = house.listeners.owner().id
    times = [1_700_000_000 + n for n in range(1200)]
    broken = sync(house, Diary(times, breaks_after=700), "diary", owner)
    assert broken.troubles == ["the line went dead"] and house.listens.number(owner) == 500
    sync(house, Diary(times), "diary", owner)
    assert house.listens.number(owner) == 1200


class Odd:
    """A service that answers otherwise than its contract says, and has listens."""

    def __init__(self) -> None:
        self.answer = {"total": 5}

    def tracks(self) -> Iterator[Description]:
        yield Description(title=self.answer["name"])

    def opinions(self) -> Iterator[Opinion]:
        yield from self.answer["total"] + "1"

    def listens(self, since: int = 0) -> Iterator[Listen]:
        yield Listen(Description("Cogs", "Ada Byron"), at=1_700_000_000)


def test_answers_of_an_odd_shape_cost_their_part_alone(house: Catalog):
    done = sync(house, Odd(), "odd", house.listeners.owner().id)
    assert done.counts["listens"] == 1
    assert len(done.troubles) == 2 and all("odd answered something else" in said for said in done.troubles)


@pytest.mark.parametrize(
    ("opinion", "word"),
    [
        (Opinion(Description(), starred=True), Word.LIKE), (Opinion(Description(), rating=5), Word.LIKE),
        (Opinion(Description(), rating=1), Word.DISLIKE), (Opinion(Description(), starred=True, rating=1), Word.DISLIKE),
        (Opinion(Description(), rating=3), None), (Opinion(Description(), plays=9), None),
    ],
)  # fmt: skip
def test_stars_become_words(opinion: Opinion, word: Word | None):
    assert word_of(opinion) is word


def test_what_a_person_said_here_is_not_overruled_from_elsewhere(house: Catalog):
    class Elsewhere:
        def opinions(self) -> Iterator[Opinion]:
            yield Opinion(Description("Cogs", "Ada Byron"), starred=True, plays=7)
            yield Opinion(Description("Wheels", "Ada Byron"), starred=True, plays=3)

    owner = house.listeners.owner().id
    house.feedback.say(owner, Word.NEVER, track_id=1)
    account = sync(house, Elsewhere(), "elsewhere", owner)
    words = house.feedback.words(owner)
    assert (words.never, words.liked) == ({1}, {2}) and account.counts["opinions taken over"] == 1
    assert account.counts["play counts"] == 2
    assert sync(house, Elsewhere(), "elsewhere", owner).counts["opinions taken over"] == 0


def test_a_playlist_from_elsewhere_keeps_what_is_not_here_by_name_and_is_written_over(house: Catalog):
    owner = house.listeners.owner().id
    first = Playlist(
        "Mix", (Description("Cogs", "Ada Byron"), Description("Elsewhere", "Nobody")), ids=(("spotify", "x"),)
    )
    made, ids = take_playlist(house, Resolver(house), owner, "spotify", first)
    assert ids == [1, None]
    again, _ = take_playlist(
        house,
        Resolver(house),
        owner,
        "spotify",
        Playlist("Mix", (Description("Wheels", "Ada Byron"),), ids=first.ids),
    )
    assert again == made and house.playlists.tracks(made) == [2]


def test_a_service_that_takes_no_playlists_says_so(house: Catalog):
    owner = house.listeners.owner().id
    with pytest.raises(NotFound, match="takes no playlists"):
        put_playlist(house, Diary([]), None, house.playlists.create(owner, "Mix", [1]))


class TestRealServer:
    """Against a real Subsonic server with real files."""

    @pytest.fixture
    def subsonic(self, server: str) -> Subsonic:  # noqa: F811
        return Subsonic(server, "ana", "secret word", sleep=lambda s: None)

    def test_its_tracks_are_adopted_heard_and_put_on_a_playlist_there(
        self, house: Catalog, subsonic: Subsonic
    ):
        from synesthete.encoders.shelf import open_encoder

        owner = house.listeners.owner().id
        account = sync(house, subsonic, "subsonic", owner, scheme=subsonic.scheme, adopt=True)
        assert (
            account.counts["tracks there"] == account.counts["tracks matched"] == 6 and not account.troubles
        )
        assert (
            sync(house, subsonic, "subsonic", owner, scheme=subsonic.scheme, adopt=True).counts[
                "tracks matched"
            ]
            == 6
        )
        assert house.tracks.count() == 8

        encoder = open_encoder("descriptors", None)
        heard = hear_remote(house, subsonic, subsonic.scheme, encoder)
        assert heard.counts["heard"] == 6 and not heard.troubles
        assert len(house.embeddings.heard(encoder.card.stamp)) == 6

        ours = sorted(house.external_ids.all(subsonic.scheme).values())
        made = house.playlists.create(owner, "From here", [1, *ours[:3]])
        _, taken, of = put_playlist(house, subsonic, subsonic.scheme, made)
        there = next(p for p in subsonic.playlists() if p.name == "From here")
        assert (taken, of, len(there.tracks)) == (3, 4, 3)
