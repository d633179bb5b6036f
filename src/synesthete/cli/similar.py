"""`synesthete similar`: what sounds like a track, a phrase or any audio file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synesthete.cli.answers import clock, filter_options, print_answer, track_facts, wishes
from synesthete.cli.options import data_folder, data_option, json_option, note

if TYPE_CHECKING:
    from synesthete.library import Library
    from synesthete.recommend.recognize import Recognition
    from synesthete.recommend.request import Seed


@click.command()
@click.argument("query", required=False)
@click.option("--start", "start_s", type=click.FloatRange(0), help="Begin of the part to ask with, seconds.")
@click.option("--end", "end_s", type=click.FloatRange(0), help="End of the part to ask with, seconds.")
@click.option("-n", "n", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many tracks.")
@click.option("--encoder", help="Ask by what this encoder heard, instead of the one in force.")
@filter_options
@data_option
@json_option
def similar(
    query: str | None,
    start_s: float | None,
    end_s: float | None,
    n: int,
    encoder: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Tracks that sound like QUERY: a track's id, a search phrase, or any audio file.

    Without QUERY, an example: like the first track of the library that was heard.
    """
    import synesthete

    if end_s is not None and not (start_s or 0.0) < end_s:
        raise click.UsageError(
            f"the part from {start_s or 0:g} s to {end_s:g} s is empty: --start is before --end"
        )
    with synesthete.open(data_folder()) as library:
        asked = library.example(encoder) if query is None else query
        seeds: tuple[Seed, ...] = () if asked is None else (library.seed(asked, start_s, end_s, encoder),)
        answer = library.ask(seeds, n=n, taste=0.0, adventurousness=0.0, encoder=encoder, **wishes(options))
        found = _recognized(library, seeds, query, start_s or 0.0, encoder)
        if found is not None and seeds[0].clip is not None:
            answer = answer.placed(found, seeds[0].clip)
        about, title = _about(library, seeds, query, found)
    print_answer(answer, about | {"start_s": start_s, "end_s": end_s}, title, as_json)


def _recognized(
    library: Library, seeds: tuple[Seed, ...], query: str | None, start_s: float, encoder: str | None
) -> Recognition | None:
    """The track of the library that holds the very sound that was asked with, and where."""
    from synesthete.recommend.closely import Stretch

    if not seeds or query is None or seeds[0].clip is None:
        return None
    sound = Stretch(Path(query).expanduser(), start_s)
    return library.recommender(encoder).recognize(seeds[0].clip, sound)


def _about(
    library: Library, seeds: tuple[Seed, ...], query: str | None, found: Recognition | None
) -> tuple[dict[str, Any], str]:
    """What was asked with, as JSON and as a heading."""
    if not seeds:
        return {"kind": None, "text": None, "track": None}, ""
    [seed] = seeds
    if seed.clip is None or query is None:
        track = library.parts.catalog.tracks.get(int(seed.id or 0))
        return {
            "kind": "track",
            "text": query,
            "track": track_facts(track),
        }, f"Like “{track.title}” by {track.artist}"
    about: dict[str, Any] = {"kind": "file", "text": query, "track": None, "recording": None}
    if found is not None:
        track = library.parts.catalog.tracks.get(found.track_id)
        doubt = "This very recording is" if found.sure else "This may be a version of a recording that is"
        note(f"{doubt} in your library: “{track.title}” at {clock(found.start_s)}.")
        about["recording"] = {
            "track": track_facts(track),
            "start_s": found.start_s,
            "end_s": found.end_s,
            "similarity": round(found.similarity, 4),
            "sure": found.sure,
        }
    return about, f"Like {seed.clip.name}"
