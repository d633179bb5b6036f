"""Ask every operation of the OpenAPI document made-up questions; no answer may be a fault of the server.

`python -m tests.web.ask_everything DATA ROOT [DATABASE]` prints how many questions were asked. They are asked with
the server's token: an account made on the way would otherwise shut the open house before the end.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from synesthete.parts import open_parts
from synesthete.settings import Settings
from synesthete.web.app import create_app

NEVER_ENDS = "/api/v1/jobs/events"
EACH = 6
TOKEN = "knock knock, who is there?"
HEADERS = {"Host": "127.0.0.1", "Authorization": f"Bearer {TOKEN}"}


def main(data: Path, root: Path, database: str | None = None) -> int:
    """How many questions were asked. Raises AssertionError for a fault."""
    asked = 0

    def ask(case: Any) -> None:
        nonlocal asked
        asked += 1
        answer = case.call(base_url="http://127.0.0.1", headers=HEADERS)
        assert answer.status_code < 500, f"{answer.status_code} {case.as_curl_command()}: {answer.text}"

    with open_parts(
        Settings(data=data, roots=(root,), upload_timeout_s=20, token=TOKEN, database=database)
    ) as parts:
        app = create_app(parts)
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=HEADERS)
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.path != NEVER_ENDS:
                quick = settings(
                    max_examples=EACH, phases=[Phase.generate], deadline=None, database=None, derandomize=True,
                    suppress_health_check=list(HealthCheck),
                )  # fmt: skip
                quick(given(operation.as_strategy())(ask))()
        app.state.house.ears.close()
    return asked


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
