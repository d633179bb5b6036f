"""The weekly letter, seen before it is sent."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from synesthete.digest.letter import html
from synesthete.digest.outbox import Outbox
from synesthete.digest.picks import choose
from synesthete.digest.writing import Writing, secret_of
from synesthete.web.house import Asking, TheHouse
from synesthete.web.letters import LETTER_POLICY
from synesthete.web.paper import base_url, sheet

NOTHING = "There is nothing new to tell you this week, so no letter would go out. Play and like some music, or add some."

router = APIRouter(tags=["people"])


@router.get("/me/letter", response_class=HTMLResponse)
def letter(house: TheHouse, request: Request, who: Asking) -> Response:
    """This week's letter as it would be sent to the listener who asks, as a page; nothing is sent or kept.

    Its links work as those in a mail do, so it is for people: a key needs the scope admin.
    """
    catalog, now = house.catalog, int(time.time())
    writing = Writing(catalog, base_url(request, house.settings.base_url), secret_of(catalog))
    recommender = house.parts.recommender
    outbox = Outbox(
        catalog, lambda subscriber, without: choose(catalog, recommender, subscriber, without, now), writing, None,
        writing.domain,
    )  # fmt: skip
    written = outbox.preview(catalog.letters.subscriber(who.id), now)
    if written is None:
        return sheet(request, "confirm.html.j2", title="No letter this week", text=NOTHING, button=None)
    return HTMLResponse(html(written, as_page=True), headers={"Content-Security-Policy": LETTER_POLICY})
