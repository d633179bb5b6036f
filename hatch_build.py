"""The build hook: a wheel carries the built web app, and an editable install has it too."""

from __future__ import annotations

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "SYNESTHETE_SKIP_WEB"


class WebAppHook(BuildHookInterface):
    """Builds webapp/ into the package. SYNESTHETE_SKIP_WEB=1 leaves it out: then a plain page is served."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js as a build requirement where the machine has none."""
        build = self._build()
        return [] if self._skipped() or build is None or build.has_node() else [build.NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are gathered. An editable install goes on without, a wheel does not."""
        build = self._build()
        if self._skipped() or build is None:
            return
        try:
            build.build()
        except build.BuildError as error:
            if version != "editable":
                raise
            print(f"{error}; the plain page will be served", file=sys.stderr)

    def _skipped(self) -> bool:
        return self.target_name != "wheel" or os.environ.get(SKIP) == "1"

    def _build(self) -> ModuleType | None:
        place = Path(self.root) / "webapp" / "build.py"
        spec = spec_from_file_location("webapp_build", place)
        if not place.is_file() or spec is None or spec.loader is None:
            return None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
