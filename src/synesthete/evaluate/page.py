"""The report as one HTML page: tables and bar charts with whiskers, drawn as SVG, nothing loaded from
elsewhere."""

from __future__ import annotations

from html import escape

from synesthete.evaluate.report import Measure, Report, Table

WIDTH, BAR, GAP, LABEL = 560, 16, 6, 150
"""Of a chart, in SVG units: whole width, height of a bar, space between bars, room for the model's name."""

STYLE = """
:root { color-scheme: light dark; --bar: #5b7fb4; --best: #c2572b; --line: #8888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; } td, th { padding: .25rem .7rem; text-align: right; } td { white-space: nowrap; }
th { border-bottom: 1px solid var(--line); } td:first-child, th:first-child { text-align: left; }
.best { font-weight: 700; } .charts { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; }
figcaption { font-weight: 600; } small { opacity: .75; }
text { font: 12px system-ui, sans-serif; fill: currentColor; }
.scroll { overflow-x: auto; }
"""


def as_html(report: Report) -> str:
    """One page that can be opened from disk."""
    facts = ", ".join(f"{escape(str(k))} {escape(str(v))}" for k, v in report.data.items())
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(report.title)}</title><style>{STYLE}</style>",
        f"<h1>{escape(report.title)}</h1><p>Seed {report.seed}; {facts}.</p>",
    ]
    parts += [_section(table) for table in report.tables]
    if report.definitions:
        parts.append(
            "<h2>Definitions</h2><ul>"
            + "".join(f"<li>{escape(d)}</li>" for d in report.definitions)
            + "</ul>"
        )
    return "\n".join(parts) + "\n</html>\n"


def _section(table: Table) -> str:
    best = {name: table.best(name) for name in table.names}
    head = "".join(f"<th>{escape(name)}</th>" for name in table.names)
    rows = "".join(
        f"<tr><td>{escape(row.model)}</td>"
        + "".join(
            f"<td{' class=best' if best[name] == row.model else ''}>{_number(m)}</td>"
            for name, m in row.measures.items()
        )
        + "</tr>"
        for row in table.rows
    )
    charts = "".join(
        f"<figure><figcaption>{escape(n)}</figcaption>{_chart(table, n)}</figure>"
        for n in (table.names if table.charted else ())
    )
    return (
        f"<h2>{escape(table.title)}</h2>"
        f"<p>{escape(table.about)} <small>({table.listeners} asked.)</small></p>"
        f"<div class=scroll><table><tr><th>model</th>{head}</tr>{rows}</table></div>"
        f"<div class=charts>{charts}</div>"
    )


def _number(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return f"{measure.mean:.4f}"
    return f"{measure.mean:.4f} <small>{measure.low:.4f}–{measure.high:.4f}</small>"


def _chart(table: Table, name: str) -> str:
    """Horizontal bars from zero, the interval as a thin line, the leader in another color."""
    measures = {row.model: row.measures[name] for row in table.rows}
    top = max((m.high if m.high is not None else m.mean) for m in measures.values()) or 1.0
    room = WIDTH - LABEL - 60
    best = table.best(name)
    parts = []
    for place, (model, measure) in enumerate(measures.items()):
        y = place * (BAR + GAP)
        length = max(0.0, measure.mean / top * room)
        color = "var(--best)" if model == best else "var(--bar)"
        parts.append(f"<text x={LABEL - 8} y={y + 12} text-anchor=end>{escape(model)}</text>")
        parts.append(f"<rect x={LABEL} y={y} width={length:.1f} height={BAR} rx=2 fill='{color}'/>")
        end = length
        if measure.low is not None and measure.high is not None:
            low, end = measure.low / top * room, measure.high / top * room
            middle = y + BAR / 2
            parts.append(f"<path d='M{LABEL + low:.1f} {middle}H{LABEL + end:.1f}' stroke=currentColor />")
        parts.append(f"<text x={LABEL + max(end, length) + 6:.1f} y={y + 12}>{measure.mean:.3f}</text>")
    height = len(measures) * (BAR + GAP)
    label = escape(name, quote=True)
    size = f"viewBox='0 0 {WIDTH} {height}' width={WIDTH // 1.2:.0f}"
    return f"<svg role=img aria-label='{label}' {size}>{''.join(parts)}</svg>"
