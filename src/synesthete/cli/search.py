"""`synesthete search`: tracks by what they are called, and by words for how they sound."""

from __future__ import annotations

import click

from synesthete.cli.answers import track_facts
from synesthete.cli.options import (
    DONE,
    FAILED,
    NOTHING_THERE,
    data_folder,
    data_option,
    echo_json,
    json_option,
    note,
)


@click.command()
@click.argument("phrase")
@click.option(
    "-n", "n", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many of each."
)
@data_option
@json_option
def search(phrase: str, n: int, as_json: bool) -> int:
    """Tracks whose title, artist or album hold PHRASE; and where it is made of words for sound (calm piano),
    tracks that sound so, whatever they are called."""
    import synesthete

    with synesthete.open(data_folder()) as library:
        named, heard = library.search(phrase, n), library.heard_as(phrase, n)
        known = library.parts.catalog.tracks.count()
    if as_json:
        echo_json(
            {
                "query": phrase,
                "tracks": [track_facts(track) for track in named],
                "heard": [
                    {
                        "track": track_facts(one.track),
                        "words": [{"word": w.word, "confidence": w.confidence} for w in one.words],
                    }
                    for one in heard
                ],
            }
        )
        return DONE
    for track in named:
        click.echo(f"{track.id:>7}  {track.title} - {track.artist}")
    if heard:
        click.echo(f"Heard, not tagged: sounds like {', '.join(word.word for word in heard[0].words)}")
    for one in heard:
        click.echo(f"{one.track.id:>7}  {one.track.title} - {one.track.artist} ({one.confidence:.0%} sure)")
    if not named and not heard:
        note("No track is called so, and none is heard to sound so." if known else NOTHING_THERE)
        return FAILED
    return DONE
