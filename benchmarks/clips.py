"""Asking with sound over HTTP: the CPU time of the whole question, as a multiple of analyzing the clip alone.

Run: python -m benchmarks.clips [--questions 20]
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
    """CPU seconds so far of a process and everything below it."""
    parents, used = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    family, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family, grown = family | more, bool(more)
    return sum(used.get(pid, 0.0) for pid in family)


def ask(url: str, clip: bytes) -> dict:
    """One question, as the page sends it."""
    edge = "----clip"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="clip.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    body = head.encode() + clip + f"\r\n--{edge}--\r\n".encode()
    request = urllib.request.Request(
        f"{url}/api/v1/clips", body, {"Content-Type": f"multipart/form-data; boundary={edge}"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=20)
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
        hear(encoder, clips[0])
        alone = []
        for clip in clips:
            begun = time.process_time()
            hear(encoder, clip)
            alone.append(time.process_time() - begun)
        server = subprocess.Popen([*run, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
        assert server.stderr is not None
        url = next(found[0] for line in server.stderr if (found := re.search(r"http://\S+", line)))
        try:
            for clip in clips[:3]:
                ask(url, clip)
            before = cpu_of(server.pid)
            results = [len(ask(url, clip)["results"]) for clip in clips]
            served = (cpu_of(server.pid) - before) / len(clips)
        finally:
            server.terminate()
            server.wait(30)
    assert min(results) > 0
    print("| a 10-s WAV clip | CPU ms | as a multiple |\n|---|---|---|")
    print(f"| analyzed alone, in process | {1000 * median(alone):.1f} | 1.00 |")
    print(
        f"| asked over HTTP, answered with neighbors | {1000 * served:.1f} | {served / median(alone):.2f} |"
    )


if __name__ == "__main__":
    main()
