"""The command line: one verb, one function. Verbs load late, so `--help` is instant."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from synesthete import __version__
from synesthete.errors import SynestheteError

# verb -> ("module:function", one line for --help)
VERBS: dict[str, tuple[str, str]] = {
    "add": ("library:add", "Remember folders of music, analyze them and index them."),
    "update": ("library:update", "Look at every folder again: new, changed, moved, removed."),
    "similar": ("similar:similar", "Tracks that sound like a track, a phrase or any audio file."),
    "search": ("search:search", "Tracks by name, or by words for their sound: calm piano."),
    "recommend": ("recommend:recommend", "One list from sound and people; --batch for many listeners."),
    "path": ("recommend:path", "A path of tracks from one track to another."),
    "cluster": ("atlas:cluster", "Group the library into clusters by sound; a playlist's mixture of them."),
    "map": ("atlas:map_", "Give every analyzed track a place on the map."),
    "status": ("library:status", "What is known, analyzed, pending and failed."),
    "tidy": ("tidy:tidy", "Forget which recommendations were shown long ago."),
    "serve": ("serve:serve", "Serve the page and the API."),
    "demo": ("demo:demo", "Compose the demo library."),
    "config": ("config:config", "Every setting, its value, and where it came from."),
    "import": ("import_:import_", "Read listens, playlists, features and data sets."),
    "embed": ("embed:embed", "Write the embeddings of files to an .npz."),
    "encoders": ("encoders:encoders", "List, add, switch, convert and remove encoders."),
    "index": ("index:index", "Rebuild, inspect and export the index."),
    "learn": ("learn:learn", "Learn taste models from listens and playlists."),
    "evaluate": ("evaluate:evaluate", "How good is it: sound, taste, playlists, next, cold, replay."),
    "train": ("train:train", "Train an encoder on your own audio."),
    "listeners": ("people:listeners", "Accounts: list, add, invite, change, export, erase."),
    "keys": ("people:keys", "API keys, and passwords for Subsonic players."),
    "digest": ("digest:digest", "The weekly letter: preview and send."),
    "sync": ("services:sync", "Read from and write to servers you already run."),
}


class LazyGroup(click.Group):
    """A group whose verbs are imported only when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module, function = VERBS[name][0].split(":")
        command: click.Command = getattr(import_module(f"synesthete.cli.{module}"), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])


@click.group(
    cls=LazyGroup,
    subcommand_metavar="VERB [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="synesthete")
@click.option("--data", type=click.Path(file_okay=False), help="Where everything is kept (SYNESTHETE_DATA).")
@click.pass_context
def root(ctx: click.Context, data: str | None) -> None:
    """Music recommendation that hears."""
    ctx.obj = {"data": data}


def main(argv: list[str] | None = None) -> None:
    """Run one verb and leave with its exit code: 0 done, 1 failed, 2 misused, 3 done with some failed."""
    sys.exit(run(argv))


MANY_THREADS = frozenset({"learn", "recommend", "evaluate", "train"})
"""Verbs whose matrices are large enough for several threads; for all others threads only wait for each other
(the log-mel step takes ten times the CPU time with them)."""


def run(argv: list[str] | None = None) -> int:
    """The exit code of one command line; errors meant for people are printed to stderr in words."""
    if not MANY_THREADS & set(sys.argv[1:] if argv is None else argv):
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when numpy loads, which is later
    try:
        code = root.main(args=argv, prog_name="synesthete", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Abort:
        click.echo("Stopped. What was done is kept; run the same command to go on.", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SynestheteError as error:
        click.echo(f"synesthete: {error}", err=True)
        return 1
    except BrokenPipeError:  # the reader of our output has left, which is its right
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 0
    except Exception as error:
        if os.environ.get("SYNESTHETE_TRACEBACK"):
            raise
        click.echo(f"synesthete: unexpected {type(error).__name__}: {error}", err=True)
        click.echo("Set SYNESTHETE_TRACEBACK=1 to see where, and please report it.", err=True)
        return 1
