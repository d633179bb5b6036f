"""The built app: small enough, typed against the API as it is, and free of addresses elsewhere."""

from __future__ import annotations

import gzip
import inspect
import json
import re
import runpy
import subprocess
from pathlib import Path

from synesthete.encoders.shelf import open_tags
from synesthete.recommend import explain, notes
from synesthete.web.openapi import document
from synesthete.web.wording import TABLE
from tests.browser.conftest import ROOT

WEBAPP = ROOT / "webapp"
NODE = runpy.run_path(str(WEBAPP / "build.py"))["find_node"]()[0]
FIRST_PAGE_BYTES = 150_000


def _first_page(built: Path) -> set[str]:
    """Every script that the start page loads before anything is clicked."""
    manifest = json.loads((built / "assets" / "manifest.json").read_text())
    wanted = ["index.html", "src/pages/Home.svelte"]
    seen: set[str] = set()
    while wanted:
        key = wanted.pop()
        if key not in seen:
            seen.add(key)
            wanted += manifest[key].get("imports", [])
    return {manifest[key]["file"] for key in seen if manifest[key]["file"].endswith(".js")}


def test_the_first_page_is_light(built_app: Path) -> None:
    scripts = _first_page(built_app)
    assert len(scripts) > 3
    size = sum(len(gzip.compress((built_app / name).read_bytes(), 6)) for name in scripts)
    assert size <= FIRST_PAGE_BYTES
    assert not any("echarts" in name or "wave" in name for name in scripts)


def test_names_are_hashed_so_that_they_can_be_kept_forever(built_app: Path) -> None:
    index = (built_app / "index.html").read_text()
    for name in re.findall(r'(?:src|href)="/(assets/[^"]+)"', index):
        assert re.search(r"-[\w-]{8}\.(js|css)$", name), name
        assert (built_app / name).is_file()
    assert "<style" not in index
    assert not re.search(r"<script(?![^>]*\bsrc=)", index)


def test_the_pictures_of_the_documents_are_small_and_there() -> None:
    text = "".join(page.read_text("utf-8") for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")))
    pictures = list((ROOT / "docs" / "images").glob("*.*"))
    assert len(pictures) >= 3
    for picture in pictures:
        assert picture.stat().st_size < 120_000, picture.name
        assert f"images/{picture.name}" in text, f"{picture.name} is shown nowhere"


def test_nothing_is_loaded_from_elsewhere(built_app: Path) -> None:
    index = (built_app / "index.html").read_text()
    assert not re.search(r'(?:src|href)="(?:https?:)?//', index)
    for sheet in (built_app / "assets").glob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//|@import", sheet.read_text()), sheet.name


def test_types_match_the_api(built_app: Path, tmp_path: Path) -> None:
    """`make types` (npm run types) writes them anew."""
    api, types = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    api.write_text(json.dumps(document()), "utf-8")
    program = WEBAPP / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
    subprocess.run([NODE, program, api, "-o", types], check=True, capture_output=True)
    assert types.read_text("utf-8") == (WEBAPP / "src/lib/api/schema.d.ts").read_text("utf-8")


def test_the_sources_are_well_typed(built_app: Path) -> None:
    """TypeScript, strict; a missing text in one of the languages is an error too."""
    program = WEBAPP / "node_modules" / "svelte-check" / "bin" / "svelte-check"
    checked = subprocess.run(
        [NODE, program, "--tsconfig", "tsconfig.json", "--output", "machine", "--fail-on-warnings"],
        cwd=WEBAPP, capture_output=True, text=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout[-3000:]


def test_the_lock_file_names_no_registry() -> None:
    lock = (WEBAPP / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert ".tgz" not in lock


def test_what_the_server_says_of_music_is_known_in_german() -> None:
    known = (WEBAPP / "src/lib/i18n/saidInGerman.ts").read_text("utf-8").replace("\\'", "'")
    words = {one.label for one in TABLE.values()} | {word for one in TABLE.values() for word in one.degrees}
    tags = open_tags()
    assert tags is not None and len(tags.names) == 26
    for word in sorted({*words, *tags.names}):
        assert re.search(rf"^  '?{re.escape(word)}'?: ", known, re.M), word
    source = inspect.getsource(explain._sentence)
    for note in re.findall(r'return "([^"]+)"', inspect.getsource(notes._why_empty)):
        assert f"'{note}'" in known, note
    sentences = [re.sub(r"\{[^}]*\}", "{}", found) for found in re.findall(r'return f?"([^"]+)"', source)]
    assert len(sentences) >= 7
    for sentence in sentences:
        for one in (sentence.replace("{}like", "like"), sentence.replace("{}like", "much like")):
            if one != "{}.":
                assert f"'{one}'" in known, one
