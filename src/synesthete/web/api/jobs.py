"""Jobs: what runs, how far it is, and a person's wishes about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from synesthete.errors import Conflict
from synesthete.web import show
from synesthete.web.api.models.library import Job, Jobs, NewJob, Started
from synesthete.web.house import Asking, House, ItsId, TheHouse

router = APIRouter(prefix="/jobs", tags=["library"])

LOOK_S = 0.5
KEEP_OPEN_S = 15.0
STREAMED = 20
"""Jobs in each event: those that run and the last that ended."""


@router.get("")
def jobs(house: TheHouse, _who: Asking, n: Annotated[int, Query(ge=1, le=500)] = 50) -> Jobs:
    """Jobs, the newest first."""
    return _jobs(house, n)


@router.post("", status_code=202)
def start(house: TheHouse, _who: Asking, question: NewJob) -> Started:
    """Start work: update, map, cluster, learn, replay, retry, or demo."""
    demo = str(house.settings.data / "demo")
    verbs: dict[str, list[list[str]]] = {
        "update": [["update"]],
        "retry": [["update", "--retry"]],
        "map": [["map"]],
        "cluster": [["cluster", *(["-k", str(question.clusters)] if question.clusters else [])]],
        "learn": [["learn"]],
        "replay": [["evaluate", "replay"]],
        "demo": [["demo", demo], ["add", demo]],
    }
    return Started(kind=question.kind, process=house.errands.start(question.kind, *verbs[question.kind]))


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Events `jobs`, each a Jobs document."}
    },
)
async def events(house: TheHouse, request: Request, _who: Asking) -> StreamingResponse:
    """Jobs as they go, as server-sent events."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(house, request), media_type="text/event-stream", headers=headers)


@router.post("/{job_id}/pause")
def pause(house: TheHouse, _who: Asking, job_id: ItsId) -> Job:
    """Ask a job to pause; what is in flight is finished."""
    return _wish(house, job_id, "pause")


@router.post("/{job_id}/resume")
def resume(house: TheHouse, _who: Asking, job_id: ItsId) -> Job:
    """Let a paused job go on."""
    return _wish(house, job_id, None)


@router.post("/{job_id}/stop")
def stop(house: TheHouse, _who: Asking, job_id: ItsId) -> Job:
    """Ask a job to end; everything it did is kept, and the next run goes on from there."""
    return _wish(house, job_id, "stop")


def _wish(house: House, job_id: int, wish: str | None) -> Job:
    job = house.catalog.jobs.get(job_id)
    if job.state not in ("running", "paused"):
        raise Conflict(f"this job is {job.state}", subject=job_id)
    house.catalog.jobs.wish(job_id, wish)
    return show.job(house.catalog.jobs.get(job_id))


def _jobs(house: House, n: int) -> Jobs:
    return Jobs(jobs=[show.job(job) for job in house.catalog.jobs.recent(n)])


async def _events(house: House, request: Request) -> AsyncIterator[str]:
    """An event whenever something changed, a comment now and then so that nobody between hangs up."""
    last, quiet_s = "", 0.0
    while not house.leaving.is_set() and not await request.is_disconnected():
        told = (await run_in_threadpool(_jobs, house, STREAMED)).model_dump_json()
        if told != last:
            last, quiet_s = told, 0.0
            yield f"event: jobs\ndata: {told}\n\n"
        elif quiet_s >= KEEP_OPEN_S:
            quiet_s = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(LOOK_S)
        quiet_s += LOOK_S
