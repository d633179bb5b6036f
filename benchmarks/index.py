"""Exact search, FAISS cells and Annoy side by side on the same vectors, in one run.

    python -m benchmarks.index [--vectors FILE.npz] [--count 100000] [--dim 192] [--queries 300]

Vectors come from `synesthete embed ... --out FILE.npz` or `synesthete index export --format npz`, or are
drawn around 2,000 centers with Zipf weights, which flatters cells and trees. Queries are vectors with noise,
one at a time, in CPU seconds of this process. Memory is what the process grew by, queries included; recall is
of the ten nearest, judged by a float32 matrix product.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from synesthete.index import ExactIndex, IvfIndex, load_index

NEIGHBORS = 10


def main() -> None:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--queries", type=int, default=300)
    wanted = parser.parse_args()
    vectors = drawn(wanted.count, wanted.dim) if wanted.vectors is None else read(wanted.vectors)
    rng = np.random.default_rng(1)
    queries = vectors[rng.choice(len(vectors), wanted.queries)]
    queries = unit(queries + 0.4 * unit(rng.standard_normal(queries.shape)))
    true = [
        set(row) for row in np.argpartition(-(queries @ vectors.T), NEIGHBORS, axis=1)[:, :NEIGHBORS].tolist()
    ]
    print(f"{len(vectors):,} x {vectors.shape[1]}, {len(queries)} queries, best first {NEIGHBORS}\n")
    print(
        "| index | recall@10 | queries per CPU s | x numpy | median ms | build CPU s | file MB | memory MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    floor = numpy_row(vectors, queries, true)
    with tempfile.TemporaryDirectory() as folder:
        exact_row(vectors, queries, true, floor, Path(folder) / "exact")
        for probes in (4, 16, 64):
            ivf_row(vectors, queries, true, floor, Path(folder) / f"ivf{probes}", probes)
        for trees in (10, 50):
            annoy_row(vectors, queries, true, floor, Path(folder) / f"{trees}.ann", trees)


def drawn(count: int, dim: int) -> np.ndarray:
    """Vectors around 2,000 centers with Zipf weights, (N, D) float32."""
    rng = np.random.default_rng(0)
    weights = 1 / np.arange(1, 2_001) ** 0.8
    centers = unit(rng.standard_normal((2_000, dim)))
    own = rng.choice(2_000, count, p=weights / weights.sum())
    return unit(centers[own] + 0.6 * unit(rng.standard_normal((count, dim)).astype(np.float32)))


def read(path: Path) -> np.ndarray:
    """The `vectors` of an .npz file."""
    with np.load(path) as arrays:
        return unit(arrays["vectors"].astype(np.float32))


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1, float32."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def numpy_row(vectors: np.ndarray, queries: np.ndarray, true: list[set[int]]) -> float:
    """The floor: a float32 matrix product and a partial sort."""

    def near(query: np.ndarray) -> list[int]:
        similarities = vectors @ query
        best = np.argpartition(-similarities, NEIGHBORS)[:NEIGHBORS]
        return best[np.argsort(-similarities[best])].tolist()  # type: ignore[no-any-return]

    return told(
        "numpy float32", near, queries, true, None, 0.0, vectors.nbytes, resident() - vectors.nbytes / 1e6
    )


def exact_row(
    vectors: np.ndarray, queries: np.ndarray, true: list[set[int]], floor: float, folder: Path
) -> None:
    """Our exact index."""
    index, built_s, before = made(lambda: ExactIndex.build("bench@1", range(len(vectors)), vectors))
    index.save(folder)
    told("exact (FAISS flat fp16)", ids_of(index), queries, true, floor, built_s, size(folder), before)


def ivf_row(
    vectors: np.ndarray, queries: np.ndarray, true: list[set[int]], floor: float, folder: Path, probes: int
) -> None:
    """Our cells, read back memory-mapped."""
    built, built_s, _ = made(lambda: IvfIndex.build("bench@1", range(len(vectors)), vectors, probes=probes))
    built.save(folder)
    del built
    index, _, before = made(lambda: load_index(folder))
    name = f"ivf (FAISS fp16, {probes} probes, mapped)"
    told(name, ids_of(index), queries, true, floor, built_s, size(folder), before)


def annoy_row(
    vectors: np.ndarray, queries: np.ndarray, true: list[set[int]], floor: float, path: Path, trees: int
) -> None:
    """Annoy as we export and read it, memory-mapped; left out where it is not installed."""
    from synesthete.errors import NotFound
    from synesthete.index.annoy import AnnoyFile, export_annoy

    source = ExactIndex.build("bench@1", range(len(vectors)), vectors)
    try:
        _, built_s, _ = made(lambda: export_annoy(source, path, trees))
    except NotFound as error:
        print(f"| annoy | {error} | | | | | | |")
        return
    file, _, before = made(lambda: AnnoyFile(path))
    name = f"annoy ({trees} trees, mapped)"
    told(name, ids_of(file), queries, true, floor, built_s, path.stat().st_size, before)


def ids_of(index: Any) -> Callable[[np.ndarray], list[int]]:
    """A function from query to the ids of its neighbors."""
    return lambda query: index.near(query, NEIGHBORS).ids[0].tolist()  # type: ignore[no-any-return]


def made(make: Callable[[], Any]) -> tuple[Any, float, float]:
    """What was made, the CPU seconds it took, and the MB the process held before."""
    before, begun = resident(), time.process_time()
    thing = make()
    return thing, time.process_time() - begun, before


def resident() -> float:
    """MB this process holds now, or at most where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.iterdir())


def told(
    name: str, near: Callable[[np.ndarray], list[int]], queries: np.ndarray, true: list[set[int]],
    floor: float | None, built_s: float, file_bytes: int, before: float,
) -> float:  # fmt: skip
    """Ask every query, print the row, and answer queries per CPU second."""
    near(queries[0])
    found, times = [], []
    begun = time.process_time()
    for query in queries:
        start = time.process_time()
        found.append(near(query))
        times.append(time.process_time() - start)
    rate = len(queries) / (time.process_time() - begun)
    recall = np.mean([len(t & set(f)) / NEIGHBORS for t, f in zip(true, found, strict=True)])
    ratio = 1.0 if floor is None else rate / floor
    print(
        f"| {name} | {recall:.3f} | {rate:,.0f} | {ratio:.1f} | {1e3 * np.median(times):.2f} | {built_s:.1f} "
        f"| {file_bytes / 1e6:.0f} | {max(0.0, resident() - before):.0f} |",
        flush=True,
    )
    return rate


if __name__ == "__main__":
    main()
