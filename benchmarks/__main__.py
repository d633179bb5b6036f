"""Run every benchmark, one process each, and print what they print. `python -m benchmarks [NAME...]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    folder = Path(__file__).parent
    wanted = sys.argv[1:] or sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("_"))
    failed = []
    for name in wanted:
        print(f"\n## {name}\n", flush=True)
        if subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], cwd=folder.parent, check=False
        ).returncode:
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
