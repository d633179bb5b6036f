"""Reads a Containerfile: its instructions, and what its stages copy, set and run."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction: its word in capitals, and the rest in one line."""

    word: str
    rest: str

    @property
    def listed(self) -> list[str] | None:
        """The words of the exec form (JSON); None for the shell form."""
        try:
            words = json.loads(self.rest[self.rest.index("[") :])
        except ValueError:
            return None
        return words if all(isinstance(word, str) for word in words) else None


def read(path: Path) -> list[Instruction]:
    """The instructions in order; comments and the breaks of long lines are gone."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [
        Instruction(word.upper(), rest.strip())
        for word, _, rest in (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    ]


def stages(instructions: list[Instruction]) -> list[list[Instruction]]:
    """The instructions by stage; each begins with its FROM."""
    found: list[list[Instruction]] = []
    for one in instructions:
        if one.word == "FROM":
            found.append([])
        found[-1].append(one)
    return found


def environment(stage: list[Instruction]) -> dict[str, str]:
    """What a stage's ENV instructions set."""
    pairs = [pair for one in stage if one.word == "ENV" for pair in shlex.split(one.rest)]
    return dict(pair.split("=", 1) for pair in pairs)


def commands(stage: list[Instruction]) -> list[str]:
    """The commands of a stage's RUN instructions, one by one."""
    return [part.strip() for one in stage if one.word == "RUN" for part in re.split(r"&&|;", one.rest)]


def copies(stage: list[Instruction]) -> list[tuple[str | None, list[str], str]]:
    """(stage it comes from, or None for the context; sources; target) of each COPY."""
    found = []
    for one in stage:
        if one.word == "COPY":
            words = shlex.split(one.rest)
            origin = next((w.removeprefix("--from=") for w in words if w.startswith("--from=")), None)
            words = [w for w in words if not w.startswith("--")]
            found.append((origin, words[:-1], words[-1]))
    return found
