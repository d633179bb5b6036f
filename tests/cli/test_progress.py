"""Progress as a log shows it: lines with counts where there is something to count."""

from __future__ import annotations

import pytest

from synesthete.cli.progress import shown
from synesthete.jobs.running import Progress


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (
            Progress("analyze", "aurora@1, quick", 60, 6, 0, 0, 2.0, 27.0),
            "Hearing (quick): 6 of 60, 2.0 per s, 0:27 left",
        ),
        (
            Progress("analyze", None, 0, 0, 0, 0, None, None, "waiting", "Waiting for another one"),
            "Waiting for another one",
        ),
        (Progress("learn", None, 0, 0, 0, 0, None, None, message="reading listens"), "Learning"),
    ],
)
def test_a_line_counts_only_what_there_is(capsys, now, line):
    with shown() as report:
        report(now)
        report(now)  # at most one line of a kind every ten seconds
    assert capsys.readouterr().err == line + "\n"
