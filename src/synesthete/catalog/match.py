"""Which track of ours somebody else's description means: ids first, then names and duration.

Precision comes before recall: a wrong match puts a stranger's plays on a track for ever, a missed one
can be matched later. Think of a librarian who would rather ask than guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from synesthete.catalog import names
from synesthete.music import Description, TrackId

ENOUGH = 0.80
"""Confidence a match needs, chosen on corrupted names where precision first passes 0.99."""

OWN = "synesthete"
"""Scheme of our own track ids."""

# What each id is worth. MusicBrainz ids and ISRCs name recordings, but labels re-use ISRCs now and then.
BY_ID, BY_MBID, BY_PATH, BY_ISRC, BY_PATH_END = 1.0, 0.99, 0.99, 0.98, 0.95

SAME_DURATION_S, OTHER_DURATION_S, IMPOSSIBLE_DURATION_S = 4.0, 12.0, 40.0
"""Differences that support a match, speak against it, and rule it out. Fades and silence differ by seconds
between releases; a live version or a remix differs by half a minute. The latter two grow with the track."""

SHORTEST_FUZZY = 6
"""Letters a title needs before misspellings are considered: "Help" is not a misspelled "Kelp"."""

LEAST_TITLE, LEAST_ARTIST = 84, 78
"""Similarity (0-100, normalized Levenshtein) below which two spellings are two names."""

MOST_CANDIDATES = 400
ARTICLES = frozenset(("the", "a", "an"))
ANYBODY = frozenset({"variousartists", "various", "va", "unknown", "unknownartist", "soundtrack"})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one of our tracks, as far as matching needs it."""

    id: TrackId
    title: str
    artist: str
    album: str | None = None
    duration_s: float | None = None
    recording_mbid: str | None = None
    isrc: str | None = None
    path: str | None = None
    ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A track of ours, how sure we are (0..1), and by what: id, mbid, isrc, path or names."""

    id: TrackId
    confidence: float
    by: str


class Matcher:
    """Our tracks, indexed so that a description is compared with a handful of them.

    Building costs about 30 microseconds a track; memory is about 1 kB a track.
    """

    def __init__(self, tracks: Iterable[Known]):
        self._tracks: list[Known] = []
        self._titles: list[str] = []
        self._artists: list[str] = []
        self._by_id: dict[tuple[str, str], int] = {}
        self._by_path: dict[str, int] = {}
        self._by_path_end: dict[str, list[int]] = defaultdict(list)
        self._by_title: dict[str, list[int]] = defaultdict(list)
        self._by_artist: dict[str, list[int]] = defaultdict(list)
        self._by_starts: dict[str, list[int]] = defaultdict(list)
        for track in tracks:
            self.add(track)

    def __len__(self) -> int:
        return len(self._tracks)

    def add(self, track: Known) -> None:
        """Make one more track findable."""
        row = len(self._tracks)
        self._tracks.append(track)
        title, artist = names.title(track.title), names.credit(track.artist)
        self._titles.append(title.words)
        self._artists.append(artist.key)
        for key in {title.key, title.short}:
            self._by_title[key].append(row)
        for name in {artist.key, *artist.names} - ANYBODY:
            self._by_artist[name].append(row)
        self._by_starts[_starts(title, artist)].append(row)
        for pair in _ids(track.recording_mbid, track.isrc, (*track.ids, (OWN, str(track.id)))):
            self._by_id.setdefault(pair, row)
        if track.path:
            self._by_path.setdefault(track.path, row)
            self._by_path_end[_path_end(track.path)].append(row)

    def match(self, described: Description) -> Match | None:
        """The track that is meant, or None where no track is meant surely enough."""
        return self._by_ids(described) or self._by_place(described) or self._by_names(described)

    def match_many(self, described: Iterable[Description]) -> list[Match | None]:
        """One answer for each description, each distinct one decided once."""
        known: dict[Description, Match | None] = {}
        answers = []
        for description in described:
            if description not in known:
                known[description] = self.match(description)
            answers.append(known[description])
        return answers

    def _by_ids(self, described: Description) -> Match | None:
        worth = {"mbid": BY_MBID, "isrc": BY_ISRC}
        for scheme, value in _ids(described.recording_mbid, described.isrc, described.ids):
            row = self._by_id.get((scheme, value))
            if row is None:
                continue
            track = self._tracks[row]
            if scheme == "isrc" and _contradicts(described, track):
                continue
            return Match(track.id, worth.get(scheme, BY_ID), scheme if scheme in worth else "id")
        return None

    def _by_place(self, described: Description) -> Match | None:
        if not described.path:
            return None
        row = self._by_path.get(described.path)
        if row is not None:
            return Match(self._tracks[row].id, BY_PATH, "path")
        ends = self._by_path_end.get(_path_end(described.path), [])
        if len(ends) == 1 and not _contradicts(described, self._tracks[ends[0]], title_too=False):
            return Match(self._tracks[ends[0]].id, BY_PATH_END, "path")
        return None

    def _by_names(self, described: Description) -> Match | None:
        if not described.title or not described.artist:
            return None
        title, artist = names.title(described.title), names.credit(described.artist)
        best: tuple[float, int] | None = None
        for rows in self._candidates(title, artist):
            for row in rows:
                confidence = agreement(described, self._tracks[row])
                if confidence >= ENOUGH and (best is None or confidence > best[0]):
                    best = (confidence, row)
            if best is not None and best[0] >= 0.9:
                break
        return None if best is None else Match(self._tracks[best[1]].id, round(best[0], 4), "names")

    def _candidates(self, title: names.Title, artist: names.Credit) -> Iterator[list[int]]:
        """Rows worth comparing, the likeliest first: same title, same artist, both begin alike."""
        same_title = dict.fromkeys(self._by_title.get(title.key, []) + self._by_title.get(title.short, []))
        yield self._nearest_artists(list(same_title), artist)
        same_artist = dict.fromkeys(
            r for name in (artist.key, *artist.names) for r in self._by_artist.get(name, [])
        )
        yield self._nearest_titles(list(same_artist), title)
        yield self._nearest_titles(self._by_starts.get(_starts(title, artist), []), title)

    def _nearest_artists(self, rows: list[int], artist: names.Credit) -> list[int]:
        if len(rows) <= MOST_CANDIDATES:
            return rows
        found = process.extract(
            artist.key, [self._artists[row] for row in rows], scorer=fuzz.ratio, limit=MOST_CANDIDATES
        )
        return [rows[at] for _, _, at in found]

    def _nearest_titles(self, rows: list[int], title: names.Title) -> list[int]:
        if len(title.key) < SHORTEST_FUZZY:
            return []
        choices = [self._titles[row] for row in rows]
        found = process.extract(title.words, choices, scorer=fuzz.ratio, score_cutoff=LEAST_TITLE, limit=10)
        return [rows[at] for _, _, at in found]


def agreement(described: Description, track: Known) -> float:
    """How surely description and track are one, 0..1, by title, version, artist, duration and album.

    1 - (1 - title) - 0.8 (1 - artist) - 0.03, then: duration the same +0.02, unlike -0.12, impossible 0;
    one of them an edit -0.05; album the same +0.01. A missing fact costs nothing.
    """
    if not described.title or not described.artist:
        return 0.0
    here, there = names.title(described.title), names.title(track.title)
    if not _same_version(here, there):
        return 0.0
    title = _title_agreement(here, there)
    artist = _artist_agreement(names.credit(described.artist), names.credit(track.artist), here, there)
    if not title or not artist:
        return 0.0
    duration = _duration_agreement(described.duration_s, track.duration_s)
    if duration is None:
        return 0.0
    same_album = bool(
        described.album and track.album and names.album(described.album) == names.album(track.album)
    )
    edit = -0.05 if here.edited != there.edited else 0.0
    value = 1 - (1 - title) - 0.8 * (1 - artist) - 0.03 + duration + edit + 0.01 * same_album
    return max(0.0, min(0.99, value))


def _title_agreement(here: names.Title, there: names.Title) -> float:
    if here.key == there.key:
        return 1.0
    if here.numbers != there.numbers:  # "Symphony No. 5" is not a misspelled "Symphony No. 6"
        return 0.0
    if here.short == there.key or here.key == there.short:
        return 0.96
    if min(len(here.key), len(there.key)) < SHORTEST_FUZZY or _lacks_a_word(here.words, there.words):
        return 0.0
    ratio = fuzz.ratio(here.words, there.words, score_cutoff=LEAST_TITLE)
    return ratio / 100


def _lacks_a_word(here: str, there: str) -> bool:
    """Whether one title is the other with words left out: "Paradise" is not a misspelled "In Paradise"."""
    ours, theirs = set(here.split()) - ARTICLES, set(there.split()) - ARTICLES
    return ours < theirs or theirs < ours


def _same_version(here: names.Title, there: names.Title) -> bool:
    if here.versions != there.versions:
        return False
    if not (here.qualifiers and there.qualifiers):
        return True
    # A remix of a remix is a third track; "Live at Wembley" and "Live at Wembley 1986" may be one.
    compare = fuzz.token_sort_ratio if "remix" in here.versions else fuzz.token_set_ratio
    return compare(" ".join(sorted(here.qualifiers)), " ".join(sorted(there.qualifiers))) >= LEAST_ARTIST


def _artist_agreement(
    here: names.Credit, there: names.Credit, here_title: names.Title, there_title: names.Title
) -> float:
    if here.key == there.key:
        return 1.0
    ours, theirs = {*here.names, *here_title.featured}, {*there.names, *there_title.featured}
    if ours == theirs:
        return 0.99
    if here.names[0] == there.names[0]:
        return 0.97
    if ours & theirs:
        return 0.9 if ours <= theirs or theirs <= ours else 0.85
    ratio = max(fuzz.ratio(here.words, there.words), fuzz.token_sort_ratio(here.words, there.words))
    return ratio / 100 if ratio >= LEAST_ARTIST and min(len(here.key), len(there.key)) > 3 else 0.0


def _duration_agreement(here: float | None, there: float | None) -> float | None:
    """What the durations add to the confidence; None where they rule a match out."""
    if not here or not there:
        return 0.0
    difference, longer = abs(here - there), max(here, there)
    if difference <= SAME_DURATION_S:
        return 0.02
    if difference > max(IMPOSSIBLE_DURATION_S, 0.2 * longer):
        return None
    return -0.12 if difference > max(OTHER_DURATION_S, 0.06 * longer) else 0.0


def _contradicts(described: Description, track: Known, title_too: bool = True) -> bool:
    """Whether title and duration speak so plainly against a match that an id must be wrong."""
    if _duration_agreement(described.duration_s, track.duration_s) is None:
        return True
    if not title_too or not described.title:
        return False
    return fuzz.token_set_ratio(names.title(described.title).words, names.title(track.title).words) < 50


def _ids(mbid: str | None, isrc: str | None, ids: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    found = list(ids)
    found += [("mbid", mbid.lower())] if mbid else []
    return found + ([("isrc", isrc)] if isrc else [])


def _starts(title: names.Title, artist: names.Credit) -> str:
    return f"{artist.key[:3]} {title.key[:4]}"


def _path_end(path: str) -> str:
    """The last two folders and the file's name without its ending, ignoring case."""
    parts = path.replace("\\", "/").casefold().split("/")[-3:]
    return "/".join(parts).rpartition(".")[0] or "/".join(parts)
