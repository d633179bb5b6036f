"""The house rules that a machine can check: one-way imports, instant start, honest files."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "synesthete"
FILES = sorted(SOURCE.rglob("*.py"))
HEAVY = (
    "torch", "sklearn", "pandas", "faiss", "onnxruntime", "av", "implicit", "lightgbm", "scipy", "numpy", "sqlalchemy", "fastapi", "PIL", "soundfile"
)  # fmt: skip


def test_imports_go_one_way():
    lint = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout[-3000:] + lint.stderr[-500:]


def test_importing_the_package_brings_no_heavy_guest():
    code = f"import sys, synesthete, synesthete.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert loaded == "[]", f"imported at start: {loaded}"


def test_help_answers_at_once():
    """Best of three, in CPU seconds relative to starting the interpreter alone: at most 0.4 s more."""

    def cpu_s(*arguments: str) -> float:
        import resource

        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    bare = min(cpu_s("-c", "pass") for _ in range(3))
    assert min(cpu_s("-m", "synesthete", "--help") for _ in range(3)) - bare < 0.4


def test_every_verb_exists_and_has_help():
    import click

    from synesthete.cli import VERBS, root

    start = time.monotonic()
    for verb in VERBS:
        command = root.get_command(click.Context(root), verb)
        assert command is not None and (command.help or "").strip(), f"{verb} has no help"
    assert time.monotonic() - start < 60


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_files_say_what_they_are_for(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name == "__main__.py" or not tree.body:
        return
    assert ast.get_docstring(tree), f"{path} has no docstring"


def test_files_can_be_read_at_a_sitting():
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in FILES}
    too_long = {str(path.relative_to(SOURCE)): n for path, n in lengths.items() if n > 400}
    assert not too_long, too_long
    assert sorted(lengths.values())[len(lengths) // 2] <= 180


def test_no_vague_rooms():
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert not [p for p in FILES if p.stem in vague or p.parent.name in vague]


def test_nothing_of_this_machine_is_written_down():
    """No absolute home or work paths in what we ship."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [n for n in tracked.stdout.split("\0") if n] or [str(p.relative_to(ROOT)) for p in FILES]
    needles = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/user", "TO" + "DO", "FIX" + "ME"]
    found = []
    for name in names:
        path = ROOT / name
        if path.suffix not in {
            ".py",
            ".md",
            ".toml",
            ".ts",
            ".svelte",
            ".json",
            ".html",
            ".css",
            ".yaml",
            ".yml",
            ".sh",
            "",
        }:
            continue
        if path.is_file() and path.stat().st_size < 2_000_000:
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{name}: {needle}" for needle in needles if needle in text]
    assert not found, found
