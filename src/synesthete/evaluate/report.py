"""What an evaluation found: tables of numbers with intervals, as JSON and for reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synesthete.catalog.scores import Score

DRAWS = 1_000
"""Bootstrap samples; enough for a 95 % interval to be stable in its second digit."""


@dataclass(frozen=True)
class Measure:
    """A mean over listeners with its 95 % bootstrap interval; without an interval where there is one
    number alone."""

    mean: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.mean:.4f}"
        return f"{self.mean:.4f} ±{(self.high - self.low) / 2:.4f}"


@dataclass(frozen=True)
class Row:
    """One model's numbers, by the name of the measure."""

    model: str
    measures: Mapping[str, Measure]


@dataclass(frozen=True)
class Table:
    """One question put to several models: what was asked, of how many, and the answers."""

    title: str
    about: str
    listeners: int
    rows: tuple[Row, ...]
    smaller_is_better: tuple[str, ...] = ()
    one_is_best: tuple[str, ...] = ()
    """Measures that are best where they are nearest to one."""
    charted: bool = True
    """Whether bars from zero show it well."""

    @property
    def names(self) -> list[str]:
        """The measures, in the order of the first row."""
        return list(self.rows[0].measures) if self.rows else []

    def best(self, name: str) -> str:
        """The model that leads in this measure."""

        def goodness(row: Row) -> float:
            mean = row.measures[name].mean
            if name in self.one_is_best:
                return -abs(mean - 1)
            return -mean if name in self.smaller_is_better else mean

        return max(self.rows, key=goodness).model


@dataclass(frozen=True)
class Report:
    """All tables of one evaluation, the seed that drew its splits, and what data it was."""

    title: str
    seed: int
    data: Mapping[str, int | str]
    tables: tuple[Table, ...]
    definitions: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON."""
        return asdict(self)


def scores_of(report: Report, protocol: str) -> list[Score]:
    """The numbers of a report as the catalog keeps them, told apart by table where there are several."""
    several = len(report.tables) > 1
    return [
        Score(
            protocol, row.model, f"{name}, {table.title.lower()}" if several else name, m.mean, m.low, m.high,
            "popularity", rests_on=table.listeners,
        )
        for table in report.tables
        for row in table.rows
        for name, m in row.measures.items()
    ]  # fmt: skip


def bootstrap(values: NDArray[np.float64], seed: int) -> Measure:
    """The mean of one value per listener, and where 95 % of the means of redrawn listeners lie."""
    values = np.asarray(values, dtype=np.float64)
    random = np.random.default_rng(seed)
    # A redraw of B listeners weighs each by how often it was drawn: the counts are multinomial.
    block = max(1, 4_000_000 // max(values.size, 1))
    means = [
        random.multinomial(values.size, np.full(values.size, 1 / values.size), min(block, DRAWS - start))
        @ values
        for start in range(0, DRAWS, block)
    ]
    low, high = np.quantile(np.concatenate(means) / values.size, [0.025, 0.975])
    return Measure(float(values.mean()), float(low), float(high))


def as_text(report: Report) -> str:
    """The tables as Markdown, best value of each measure in bold."""
    lines = [
        f"# {report.title}",
        "",
        f"Seed {report.seed}; " + ", ".join(f"{k} {v}" for k, v in report.data.items()),
        "",
    ]
    for table in report.tables:
        lines += [f"## {table.title}", "", f"{table.about} ({table.listeners} asked.)", ""]
        lines.append("| model | " + " | ".join(table.names) + " |")
        lines.append("|---" * (len(table.names) + 1) + "|")
        best = {name: table.best(name) for name in table.names}
        for row in table.rows:
            cells = [f"**{m}**" if best[name] == row.model else str(m) for name, m in row.measures.items()]
            lines.append(f"| {row.model} | " + " | ".join(cells) + " |")
        lines.append("")
    lines += [f"- {definition}" for definition in report.definitions]
    return "\n".join(lines) + "\n"
