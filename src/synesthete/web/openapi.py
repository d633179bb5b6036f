"""`python -m synesthete.web.openapi`: the OpenAPI document of /api/v1 on stdout, without a server or a library."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from synesthete.parts import open_parts
from synesthete.settings import Settings
from synesthete.web.app import create_app


def document() -> dict[str, Any]:
    """The OpenAPI document, the same on every machine."""
    with tempfile.TemporaryDirectory() as folder, open_parts(Settings(data=Path(folder))) as parts:
        return create_app(parts).openapi()


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
