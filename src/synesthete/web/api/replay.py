"""How good is it on *my* library: the last replays of listens, in plain words. Each listener sees their own."""

from __future__ import annotations

from fastapi import APIRouter

from synesthete.catalog.scores import Score
from synesthete.evaluate.replay import CHANCE, FEWEST, OURS, POPULARITY, PROTOCOL, SHOWN
from synesthete.web.api.dashboard import Scope, scope_of
from synesthete.web.api.models.dashboard import Replay, ReplayPoint, ReplayRow
from synesthete.web.house import Asking, TheHouse

router = APIRouter(prefix="/dashboard", tags=["dashboard"])

LAST = 600
"""Scores looked at: six to a replay, so a hundred replays."""
FEW = 30
"""Discoveries below which a share is a hint: its 95 % interval is wider than a third."""
HIT, MRR = f"hit rate@{SHOWN}", "MRR"


@router.get("/replay")
def replay(house: TheHouse, who: Asking, scope: Scope = None) -> Replay:
    """Had it known what would be played next? As `synesthete evaluate replay` found last, and before."""
    chosen, listener_id = scope_of(who, scope)
    runs: dict[int, dict[tuple[str, str], Score]] = {}
    for score in house.catalog.scores.all(PROTOCOL, LAST, listener_id):
        runs.setdefault(score.at, {})[score.subject, score.metric] = score
    complete = {at: run for at, run in runs.items() if len(run) == 6}
    if not complete:
        note = f"Nothing was replayed yet. It needs {FEWEST} different tracks played, and `synesthete evaluate replay`."
        return Replay(scope=chosen, at=None, rests_on=0, rows=[], words="", past=[], note=note)
    latest = max(complete)
    rows = [_row(complete[latest], subject) for subject in (OURS, POPULARITY, CHANCE)]
    rests_on = complete[latest][OURS, HIT].rests_on or 0
    past = [
        ReplayPoint(
            at=at, rests_on=run[OURS, HIT].rests_on or 0, hit_rate=run[OURS, HIT].value,
            popularity=run[POPULARITY, HIT].value, chance=run[CHANCE, HIT].value,
        )
        for at, run in sorted(complete.items())
    ]  # fmt: skip
    words = in_words(*(row.hit_rate for row in rows), rests_on=rests_on, mine=chosen == "me")
    return Replay(scope=chosen, at=latest, rests_on=rests_on, rows=rows, words=words, past=past, note=None)


def in_words(ours: float, popularity: float, chance: float, *, rests_on: int, mine: bool) -> str:
    """What the hit rates mean, for people who never heard of one.

    >>> in_words(0.5, 0.125, 0.03, rests_on=40, mine=True)
    'Of the last 40 tracks you met for the first time, 20 were among the first ten it would have offered you just before (50 %). Popularity alone would have had 5, chance 1.2. That is 4.0 times as many as popularity.'
    """
    whom, offered = ("you", "you") if mine else ("people here", "them")
    text = (
        f"Of the last {rests_on} tracks {whom} met for the first time, {ours * rests_on:.0f} were among the first ten "
        f"it would have offered {offered} just before ({ours:.0%})."
    ).replace("%)", " %)")
    text += f" Popularity alone would have had {popularity * rests_on:.0f}, chance {chance * rests_on:.2g}."
    if popularity > 0 and ours > popularity:
        text += f" That is {ours / popularity:.1f} times as many as popularity."
    elif ours <= popularity:
        text += " That is no better than popularity."
    return text + (" With so few this is a hint, not a measurement." if rests_on < FEW else "")


def _row(run: dict[tuple[str, str], Score], subject: str) -> ReplayRow:
    hit = run[subject, HIT]
    return ReplayRow(
        subject=subject, hit_rate=hit.value, low=hit.low, high=hit.high, mrr=run[subject, MRR].value
    )
