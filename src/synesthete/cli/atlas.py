"""`synesthete cluster` and `map`: groups by sound, and a place for every track on a plane."""

from __future__ import annotations

from typing import Any

import click

from synesthete.cli.options import data_folder, data_option, echo_json, json_option, note


@click.command()
@click.option("-k", "k", type=click.IntRange(2, 500), help="How many; by silhouette when left out.")
@click.option("--by", type=click.Choice(["sound", "descriptors"]), default="sound", show_default=True)
@click.option(
    "--playlist", type=int, help="Only tell this playlist's mixture, and recommend in that proportion."
)
@click.option("-n", "n", type=click.IntRange(1, 1000), default=10, show_default=True, help="With --playlist.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of everything drawn at random.")
@data_option
@json_option
def cluster(k: int | None, by: Any, playlist: int | None, n: int, seed: int, as_json: bool) -> None:
    """Group the library into clusters by sound (K-means), or tell a playlist's mixture of them."""
    import synesthete
    from synesthete.jobs.cluster import make_clusters, mixture_of

    with synesthete.open(data_folder()) as library:
        if playlist is not None:
            document = mixture_of(library.parts, playlist, n)
        else:
            document = make_clusters(library.parts, k, by, seed)
    if as_json:
        echo_json(document)
    elif playlist is not None:
        _print_mixture(document)
    else:
        _print_clusters(document)


@click.command("map")
@click.option("--method", type=click.Choice(["auto", "pca", "umap"]), default="auto", show_default=True)
@click.option("--anew", is_flag=True, help="Let every track move; else those on the map stay where they are.")
@data_option
@json_option
def map_(method: Any, anew: bool, as_json: bool) -> None:
    """Give every analyzed track a place on the map; tracks that have one keep it."""
    import synesthete
    from synesthete.jobs.map import draw_map

    with synesthete.open(data_folder()) as library:
        document = draw_map(library.parts, method, anew)
    if as_json:
        echo_json(document)
    else:
        note(f"{document['tracks']} tracks on the map, {document['new']} of them new ({document['method']}).")


def _print_clusters(document: dict[str, Any]) -> None:
    for one in document["clusters"]:
        click.echo(f"{one['tracks']:>6}  {one['name']}")
    note(f"{len(document['clusters'])} clusters, silhouette {document['silhouette']:.2f}.")


def _print_mixture(document: dict[str, Any]) -> None:
    for one in document["mixture"]:
        click.echo(f"{100 * one['share']:>4.0f} %  {one['name']}")
    for one in document["results"]:
        track = one["track"]
        click.echo(f"        {track['title']} - {track['artist']}  ({one['cluster']})")
    if document["note"]:
        note(document["note"])
