"""`synesthete recommend` and `path`: one list from sound and people, for one person or for many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synesthete.cli.answers import filter_options, print_answer, track_facts, wishes
from synesthete.cli.options import data_folder, data_option, echo_json, json_option
from synesthete.cli.recommend_batch import Batch, batch_options, recommend_batch

SLIDER = click.FloatRange(0, 1)


@click.command()
@click.argument("seeds", nargs=-1, metavar="[SEED...]")
@click.option(
    "--minus", multiple=True, help="Less like this track, phrase or file; may be given more than once."
)
@click.option("--artist", "artists", multiple=True, help="Start from an artist.")
@click.option("--album", "albums", multiple=True, help="Start from an album.")
@click.option("--playlist", "playlists", type=int, multiple=True, help="Start from a playlist (its id).")
@click.option("--in", "kinds", multiple=True, metavar="GENRE", help="Start from a genre.")
@click.option("--listener", help="For this listener.")
@click.option("--taste", type=SLIDER, help="0 only sound .. 1 only listeners; by evidence when left out.")
@click.option("--new", "novelty", type=SLIDER, help="0 familiar .. 1 never played by the listener.")
@click.option("--adventurous", type=SLIDER, default=0.2, show_default=True, help="0 the nearest .. 1 far.")
@click.option(
    "-n", "n", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many tracks each."
)
@filter_options
@batch_options
@click.option("--seed", "random_seed", type=int, default=0, show_default=True, help="Of what --batch draws.")
@data_option
@json_option
def recommend(
    seeds: tuple[str, ...], batch: Path | None, train: Path | None, tracks: Path | None, order: Path | None,
    out: Path | None, model: str, part: str, random_seed: int, n: int, as_json: bool, **options: Any,
) -> None:  # fmt: skip
    """One list from sound and people, for SEEDs (ids, phrases or audio files), a listener, or both.

    With --batch, many listeners at once from tables of numbers; known tracks are left out.
    """
    if batch is not None or train is not None or out is not None:
        if batch is None or train is None or out is None:
            raise click.UsageError("--batch, --train and --out belong together")
        listeners = recommend_batch(Batch(batch, train, out, n, tracks, order, model, part, random_seed))
        if as_json:
            echo_json({"listeners": listeners, "out": str(out)})
        return
    _recommend(seeds, n, as_json, options)


def _recommend(seeds: tuple[str, ...], n: int, as_json: bool, options: dict[str, Any]) -> None:
    import synesthete
    from synesthete.catalog.folding import fold
    from synesthete.errors import NotFound
    from synesthete.recommend.request import Seed, SeedKind

    listener, minus = options.pop("listener"), options.pop("minus")
    with synesthete.open(data_folder()) as library:
        chosen: list[Any] = [library.seed(text) for text in seeds]
        chosen += [_less(library.seed(text)) for text in minus]
        for name in options.pop("artists"):
            artist = library.parts.catalog.artists.named(name)
            if artist is None:
                raise NotFound("no artist has this name", subject=name)
            chosen.append(Seed(SeedKind.ARTIST, int(artist.id)))
        for title in options.pop("albums"):
            album = next(
                (a for a in library.parts.catalog.albums.search(title) if fold(a.title) == fold(title)), None
            )
            if album is None:
                raise NotFound("no album has this title", subject=title)
            chosen.append(Seed(SeedKind.ALBUM, int(album.id)))
        chosen += [Seed(SeedKind.PLAYLIST, number) for number in options.pop("playlists")]
        chosen += [Seed(SeedKind.GENRE, name) for name in options.pop("kinds")]
        sliders = {name: options.pop(name) for name in ("taste", "novelty")}
        sliders["adventurousness"] = options.pop("adventurous")
        answer = library.recommend(chosen, listener, n, **sliders, **wishes(options))
    about = {"seeds": [*seeds], "minus": [*minus], "listener": listener}
    print_answer(answer, about, "Recommended", as_json)


def _less(seed: Any) -> Any:
    """The seed with a minus."""
    from dataclasses import replace

    return replace(seed, weight=-1.0)


@click.command()
@click.argument("start")
@click.argument("end")
@click.option(
    "-n", "n", type=click.IntRange(2, 1000), default=10, show_default=True, help="How many, ends included."
)
@filter_options
@data_option
@json_option
def path(start: str, end: str, n: int, as_json: bool, **options: Any) -> None:
    """A path of tracks from START to END (ids or phrases), each near the one before."""
    import synesthete
    from synesthete.recommend.request import Request

    with synesthete.open(data_folder()) as library:
        ends = library.track(start), library.track(end)
        answer = library.parts.recommender.path(ends[0].id, ends[1].id, Request(n=n, **wishes(options)))
    about = {"from": track_facts(ends[0]), "to": track_facts(ends[1])}
    print_answer(answer, about, f"From “{ends[0].title}” to “{ends[1].title}”", as_json)
