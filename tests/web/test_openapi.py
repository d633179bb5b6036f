"""The OpenAPI document: true, complete, and never answered by a fault of ours."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from synesthete.parts import open_parts
from synesthete.settings import load_settings
from tests.conftest import empty_database
from tests.web.house import furnish

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def test_no_question_is_answered_by_a_fault(open_house, tmp_path):
    """In a process of its own: ONNX Runtime may have set this one's thread to flush the smallest floats to zero,
    in which Hypothesis refuses to make any."""
    assert _asked(open_house().parts.settings.data, tmp_path) > 400


@pytest.mark.postgres
def test_no_question_is_answered_by_a_fault_of_the_other_database(postgres, tmp_path):
    with empty_database(postgres) as url:
        with open_parts(load_settings(tmp_path / "data", database=url)) as parts:
            furnish(parts, tmp_path / "music")
        assert _asked(tmp_path / "data", tmp_path, url) > 400


def _asked(*what: object) -> int:
    command = [sys.executable, "-W", "ignore", "-m", "tests.web.ask_everything", *map(str, what)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return int(done.stdout.split()[-1])


def test_the_document_is_printed_without_a_server():
    printed = subprocess.run(
        [sys.executable, "-m", "synesthete.web.openapi"], capture_output=True, check=True, text=True
    ).stdout
    document = json.loads(printed)
    assert document["openapi"].startswith("3.") and len(document["paths"]) > 60
    names = [op["operationId"] for methods in document["paths"].values() for op in methods.values()]
    assert len(names) == len(set(names))


def test_the_reference_names_every_route_and_no_other(client):
    document = client.get("/api/v1/openapi.json").json()
    present = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    text = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    written = set(re.findall(r"^\| `([A-Z]+ /[^`?]*)`", text, re.MULTILINE))
    assert written == present
