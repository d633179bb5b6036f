"""`synesthete config`: every setting and where its value came from."""

from __future__ import annotations

import click

from synesthete.cli.options import data_folder, data_option, echo_json, json_option
from synesthete.settings import SECRET, Settings, load_with_sources


@click.command()
@data_option
@json_option
def config(as_json: bool) -> None:
    """Every setting, its value, and where it came from (secrets are not printed)."""
    settings, sources = load_with_sources(data_folder())
    rows = [
        {"name": name, "value": _shown(settings, name), "source": sources[name], "about": field.description}
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        echo_json({"settings": rows})
        return
    for row in rows:
        click.echo(
            f"{row['name']:<22} {row['value'] if row['value'] is not None else '-'}  ({row['source']})"
        )
        click.echo(f"{'':<22} {row['about']}")


def _shown(settings: Settings, name: str) -> object:
    value = getattr(settings, name)
    if value is None or isinstance(value, int | float):
        return value
    if name in SECRET:
        return "(set, not shown)"
    return [str(v) for v in value] if isinstance(value, tuple) else str(value)
