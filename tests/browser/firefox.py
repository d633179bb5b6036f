"""Firefox as it comes, driven over WebDriver BiDi, which it speaks itself: no driver program is needed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PREFERENCES = {
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "intl.accept_languages": "en-US",
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
PATIENCE_S = 30.0


class Page:
    """One tab. `complaints` are the errors it wrote to its console."""

    def __init__(self, socket: Any, address: str):
        self._socket = socket
        self._address = address
        self._number = 0
        self.complaints: list[str] = []
        self._send("session.new", capabilities={})
        self._send("session.subscribe", events=["log.entryAdded"])
        self._tab = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.complaints.append(str(message["params"]["text"]))
            if message.get("id") == self._number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    def go(self, path: str) -> None:
        """Opens a page of the site and waits for its heading."""
        self._send("browsingContext.navigate", context=self._tab, url=self._address + path, wait="complete")
        self.until("document.querySelector('main h1')")

    def resize(self, width: int, height: int) -> None:
        """Gives the page so many pixels."""
        viewport = {"width": width, "height": height}
        self._send("browsingContext.setViewport", context=self._tab, viewport=viewport)

    def run(self, expression: str) -> Any:
        """The value of an expression, a promise's when it is kept, as JSON allows it."""
        wrapped = f"(async () => JSON.stringify(await ({expression})))()"
        answer = self._evaluate(wrapped)
        return json.loads(answer["value"]) if answer["type"] == "string" else None

    def load(self, script: str) -> None:
        """Runs a whole script in the page."""
        self._evaluate(f"(() => {{ {script}\n }})()")

    def until(self, expression: str) -> None:
        """Waits until an expression holds."""
        end = time.monotonic() + PATIENCE_S
        while not self.run(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise TimeoutError(f"{expression} did not come true")
            time.sleep(0.1)

    def click(self, selector: str) -> None:
        """Clicks the first element that fits, once it is there."""
        self.until(f"document.querySelector({json.dumps(selector)})")
        self._evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def hand_over(self, selector: str, file: Path) -> None:
        """Chooses a file in a file field."""
        field = self._evaluate(f"document.querySelector({json.dumps(selector)})")
        element = {"sharedId": field["sharedId"]}
        self._send("input.setFiles", context=self._tab, element=element, files=[str(file)])

    def _evaluate(self, expression: str) -> dict[str, Any]:
        answer = self._send(
            "script.evaluate",
            expression=expression,
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"]


@contextmanager
def firefox(folder: Path, address: str) -> Iterator[Page]:
    """A Firefox without a window, its profile in a folder of ours."""
    from websockets.sync.client import connect

    profile = folder / "profile"
    profile.mkdir(parents=True)
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    log = folder / "firefox.log"
    command = [
        FIREFOX,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        "--remote-debugging-port",
        "0",
    ]
    with log.open("wb") as words:
        running = subprocess.Popen(command, stdout=words, stderr=words)
    try:
        end = time.monotonic() + PATIENCE_S
        while not (found := re.search(r"ws://\S+", log.read_text(errors="replace"))):
            if running.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Firefox did not start: {log.read_text(errors='replace')[-500:]}")
            time.sleep(0.1)
        with connect(f"{found[0]}/session", max_size=None) as socket:
            yield Page(socket, address)
    finally:
        running.terminate()
        running.wait(timeout=30)
