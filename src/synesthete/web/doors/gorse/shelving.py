"""Items become tracks: those of this house that they name, or tracks without audio."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from synesthete.catalog import Catalog
from synesthete.catalog.match import Matcher
from synesthete.catalog.platform.items import Item
from synesthete.catalog.resolve import known_tracks
from synesthete.catalog.tracks import Filter
from synesthete.errors import InputError
from synesthete.music import Description, TrackId
from synesthete.web.doors.gorse import naming
from synesthete.web.doors.gorse.gate import Guest
from synesthete.web.doors.gorse.kinds import TYPES
from synesthete.web.doors.gorse.models import ItemChange, ItemSent
from synesthete.web.doors.intake import FRESH_S

OURS = "synesthete:"
"""What an item's id begins with when it is the id of a track of ours: a bare number is one of the platform's own."""
_NAMES = ("title", "artist", "album", "duration_s", "recording_mbid", "isrc")


def put_items(guest: Guest, items: Sequence[ItemSent]) -> None:
    """Keep items, over what was kept of them; of two with one id the first holds. All of them, or none.

    Raises InputError for an id of ours that leads to no track.
    """
    wanted = {item.id: item for item in reversed(items)}
    meant = _meant(guest, {item_id: naming.described(item) for item_id, item in wanted.items()})
    with guest.platform.items.alone():
        known = guest.platform.items.find(wanted)
        ids = dict(meant)
        for item_id, item in known.items():
            if meant[item_id] is None:
                ids[item_id] = item.track_id
            elif meant[item_id] != item.track_id:
                guest.platform.items.move(item, int(meant[item_id] or 0), _sources(guest))
        _make(guest, wanted, ids)
        _rename(guest, wanted, {i: item for i, item in known.items() if meant[i] is None and item.made})
        guest.platform.items.put(
            {i: (int(track_id or 0), bool(wanted[i].hidden)) for i, track_id in ids.items()}
        )


def change_item(guest: Guest, item: Item, change: ItemChange) -> None:
    """Change what is told of an item; what is not told stays. All of it, or nothing."""
    track = guest.catalog.tracks.get(item.track_id)
    before = naming.of_track(track)
    # Where labels have named it, a comment is only a comment.
    is_named = change.labels is None and before.title and before.artist
    named = Description() if is_named else naming.described(change)
    labels = {name: getattr(named, name) or getattr(before, name) for name in _NAMES}
    told = ItemSent(
        itemid=item.id,
        ishidden=item.hidden if change.hidden is None else change.hidden,
        categories=list(track.genres) if change.categories is None else change.categories,
        labels={name: said for name, said in labels.items() if said},
    ).model_copy(update={"at": change.at})
    if named != Description():
        put_items(guest, [told])
        return
    with guest.catalog.begin():
        if item.made:
            _rename(guest, {item.id: told}, {item.id: item})
        guest.platform.items.put({item.id: (item.track_id, bool(told.hidden))})


def make_items(guest: Guest, item_ids: Sequence[str]) -> dict[str, TrackId]:
    """The tracks behind these ids; items nobody told us of become tracks that are called after their ids."""
    with guest.platform.items.alone():
        known = guest.platform.items.find(item_ids)
        put_items(guest, [ItemSent(itemid=i) for i in dict.fromkeys(item_ids) if i not in known])
        return {i: item.track_id for i, item in guest.platform.items.find(item_ids).items()}


def _meant(guest: Guest, named: Mapping[str, Description]) -> dict[str, TrackId | None]:
    """The track of this house that each item names surely enough."""
    ours = {i: i.removeprefix(OURS) for i in named if i.startswith(OURS)}
    numbers = {
        i: int(text) for i, text in ours.items() if text.isascii() and text.isdigit() and len(text) < 18
    }
    there = guest.catalog.tracks.many(numbers.values(), Filter())
    for item_id in ours:
        if numbers.get(item_id) not in there:
            raise InputError(f"item {item_id} not found: no track has this id")
    with_name = [i for i, d in named.items() if i not in ours and (d.title or d.isrc or d.recording_mbid)]
    matcher = _names(guest.state, guest.catalog) if with_name else None
    matches = {} if matcher is None else {i: matcher.match(named[i]) for i in with_name}
    found = {i: match.id for i, match in matches.items() if match is not None}
    return {i: TrackId(numbers[i]) if i in numbers else found.get(i) for i in named}


def _make(guest: Guest, wanted: Mapping[str, ItemSent], ids: dict[str, TrackId | None]) -> None:
    new = [i for i, track_id in ids.items() if track_id is None]
    entries = [
        naming.entry(naming.described(wanted[i]), i, _genres(wanted[i]), guest.platform.name) for i in new
    ]
    made = dict(zip(new, guest.catalog.tracks.put_many(entries), strict=True))
    ids.update(made)
    guest.platform.items.date(_times(wanted, made))


def _rename(guest: Guest, wanted: Mapping[str, ItemSent], items: Mapping[str, Item]) -> None:
    """Write anew what is known of tracks that this platform brought."""
    places = {i: item.track_id for i, item in items.items()}
    entries = [
        naming.entry(naming.described(wanted[i]), i, _genres(wanted[i]), guest.platform.name) for i in places
    ]
    guest.catalog.tracks.put_many(entries, list(places.values()))
    guest.platform.items.date(_times(wanted, places))


def _times(wanted: Mapping[str, ItemSent], ids: Mapping[str, TrackId]) -> dict[int, int]:
    times = ((int(track_id), wanted[i].at) for i, track_id in ids.items())
    return {track_id: at for track_id, at in times if at is not None}


def _genres(item: ItemSent) -> tuple[str, ...]:
    return tuple(item.categories or ())


def _sources(guest: Guest) -> list[str]:
    return [guest.platform.feedback.source(type_) for type_ in TYPES]


_lock = threading.Lock()


def _names(state: Any, catalog: Catalog) -> Matcher:
    """The names of tracks with a file, read again when such came or went, or after five minutes."""
    with _lock:
        count, now = catalog.tracks.count(Filter(with_file=True)), time.monotonic()
        kept = getattr(state, "names_of_files", None)
        if kept is None or kept[0] != count or now - kept[1] > FRESH_S:
            state.names_of_files = kept = (count, now, Matcher(known_tracks(catalog, with_file=True)))
        matcher: Matcher = kept[2]
        return matcher
