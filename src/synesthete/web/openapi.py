"""`python -m synesthete.web.openapi`: the OpenAPI document of /api/v1 on stdout, without a server or a library.

With `--routes`, the table of routes in docs/reference/api.md instead.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from synesthete.parts import open_parts
from synesthete.settings import Settings
from synesthete.web.app import create_app
from synesthete.web.house import PREFIX


def document() -> dict[str, Any]:
    """The OpenAPI document, the same on every machine."""
    with tempfile.TemporaryDirectory() as folder, open_parts(Settings(data=Path(folder))) as parts:
        return create_app(parts).openapi()


def routes(document_: dict[str, Any]) -> str:
    """The routes as a Markdown table: what each is for and what it answers (docs/reference/api.md)."""
    lines = ["| route | answers | what for |", "|---|---|---|"]
    for path, methods in document_["paths"].items():
        for method, operation in methods.items():
            about = operation.get("description", operation["summary"]).split("\n\n")[0].replace("\n", " ")
            name = path.removeprefix(PREFIX)
            lines.append(f"| `{method.upper()} {name}` | {_answered(operation['responses'])} | {about} |")
    return "\n".join(lines)


def _answered(responses: dict[str, Any]) -> str:
    """The model or media type of the first success."""
    success = next(code for code in responses if code.startswith("2"))
    content = responses[success].get("content", {})
    for kind, described in content.items():
        reference = described.get("schema", {}).get("$ref", "")
        return f"`{reference.rpartition('/')[2]}`" if reference else kind
    return "nothing" if success == "204" else "the file"


if __name__ == "__main__":
    if sys.argv[1:] == ["--routes"]:
        print(routes(document()))
    else:
        json.dump(document(), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
