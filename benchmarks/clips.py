"""Asking with sound over HTTP: the CPU time of the whole question, as a multiple of analyzing the clip alone.

Run: python -m benchmarks.clips [--questions 100]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np


def clip_bytes(seed: int) -> bytes:
    """Ten seconds of chords as a 16-bit stereo WAV at 44.1 kHz."""
    import soundfile

    times = np.arange(441_000) / 44_100
    base = 110 * 2 ** (seed % 12 / 12)
    tone = sum(np.sin(2 * np.pi * base * ratio * times) for ratio in (1, 1.25, 1.5)) * np.exp(
        -3 * (times * 2 % 1)
    )
    out = io.BytesIO()
    soundfile.write(
        out, np.column_stack([tone, tone]).astype(np.float32) * 0.2, 44_100, format="WAV", subtype="PCM_16"
    )
    return out.getvalue()


def cpu_of(root: int) -> float:
    """CPU seconds so far of a process and everything below it, told by the scheduler to the nanosecond."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    family, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family, grown = family | more, bool(more)
    used = 0
    for pid in family:
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                used += int((task / "schedstat").read_text().split()[0])
    return used / 1e9


def ask(url: str, clip: bytes, n: int = 20) -> dict:
    """One question for n neighbors, as the page sends it."""
    edge = "----clip"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="n"\r\n\r\n{n}\r\n--{edge}\r\nContent-Disposition: form-data; name="file"; filename="clip.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    body = head.encode() + clip + f"\r\n--{edge}--\r\n".encode()
    request = urllib.request.Request(
        f"{url}/api/v1/clips", body, {"Content-Type": f"multipart/form-data; boundary={edge}"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100)
    asked = parser.parse_args()
    clips = [clip_bytes(n) for n in range(asked.questions)]
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "synesthete", "--data", f"{folder}/data"]
        subprocess.run([*run, "demo", f"{folder}/demo"], check=True, capture_output=True)
        subprocess.run([*run, "add", f"{folder}/demo", "--quick"], check=True, capture_output=True)
        from synesthete.encoders.hearing import hear
        from synesthete.parts import open_parts
        from synesthete.settings import load_settings

        with open_parts(load_settings(f"{folder}/data")) as parts:
            encoder = parts.encoder
        server = subprocess.Popen([*run, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
        assert server.stderr is not None
        url = next(found[0] for line in server.stderr if (found := re.search(r"http://\S+", line)))
        alone: list[float] = []
        served: dict[int, list[float]] = {10: [], 20: []}
        try:
            for clip in clips[:5]:
                hear(encoder, clip)
                ask(url, clip)
            for clip in clips:  # in turn, so that what else the machine does weighs on both
                begun = time.process_time()
                hear(encoder, clip)
                alone.append(time.process_time() - begun)
                for n, spent in served.items():
                    begun = cpu_of(server.pid)
                    assert ask(url, clip, n)["results"]
                    spent.append(cpu_of(server.pid) - begun)
        finally:
            server.terminate()
            server.wait(30)
    one = median(alone)
    print("| a 10-s WAV clip | median CPU ms | as a multiple |\n|---|---|---|")
    print(f"| analyzed alone, in process | {1000 * one:.1f} | 1.00 |")
    for n, spent in served.items():
        whole = median(spent)
        print(f"| asked over HTTP, answered with {n} neighbors | {1000 * whole:.1f} | {whole / one:.2f} |")


if __name__ == "__main__":
    main()
