"""What the links in a letter lead to: a page to confirm on, the letter as a page, and its feed.

A GET never changes anything, because mail scanners follow every link; only the POST of the button, or a mail
program's one-click unsubscribe (RFC 8058), acts. None of it needs a login: the signed token says who and what.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from synesthete.digest.letter import atom
from synesthete.digest.links import Act, read
from synesthete.digest.writing import secret_of
from synesthete.errors import NotFound
from synesthete.music import Word
from synesthete.web.house import House, TheHouse
from synesthete.web.paper import base_url, sheet

FEED_LIFETIME_S = 10 * 365 * 24 * 3600
"""A feed reader keeps its address for years; it shows titles and reasons, and never sound."""
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""A letter carries its style in itself, as mail programs need, and nothing in it can run or be loaded."""

ASKED = {"like": ("Like this track?", "Yes, I like it"), "dislike": ("Dislike this track?", "Yes, less like this"),
         "never": ("Never play this track again?", "Never again"),
         "unsubscribe": ("No more weekly letters?", "Stop the letters")}  # fmt: skip
DONE = {"like": "You like it. Expect more of it.", "dislike": "Noted. The next list already has less of it.",
        "never": "It will not come again. You can take that back on the page of your words.",
        "unsubscribe": "No more letters. You can switch them on again in your settings."}  # fmt: skip

router = APIRouter(prefix="/letters", include_in_schema=False)


@router.get("/say/{token}")
def ask(request: Request, house: TheHouse, token: str) -> Response:
    """A page with one button; looking at it changes nothing."""
    act = read(token, secret_of(house.catalog))
    if act.action not in ASKED:
        raise NotFound("this link leads nowhere")
    title, button = ASKED[act.action]
    return sheet(request, "confirm.html.j2", title=title, text=_about(house, act), button=button)


@router.post("/say/{token}")
def act(request: Request, house: TheHouse, token: str) -> Response:
    """Do what the link says; doing it twice changes nothing more."""
    wish = read(token, secret_of(house.catalog))
    if wish.action not in DONE:
        raise NotFound("this link leads nowhere")
    if wish.action == "unsubscribe":
        house.catalog.listeners.change(wish.listener_id, letter=False)
    elif wish.track_id is not None:
        word = Word(wish.action)
        house.catalog.tracks.get(wish.track_id)
        house.catalog.feedback.say(wish.listener_id, word, track_id=wish.track_id, source="letter")
    return sheet(request, "confirm.html.j2", title="Done", text=DONE[wish.action], button=None)


@router.get("/read/{token}")
def letter(house: TheHouse, token: str, week: str | None = None) -> Response:
    """The letter as a page: the one of the link's week, or of another week of the same listener."""
    wish = _reader(house, token)
    row = house.catalog.letters.get(wish.listener_id, week or wish.week)
    if row is None or row.html is None:
        raise NotFound("there was no letter in that week", subject=week or wish.week)
    return HTMLResponse(
        row.html, headers={"Content-Security-Policy": LETTER_POLICY, "X-Robots-Tag": "noindex"}
    )


@router.get("/feed/{token}")
def feed(request: Request, house: TheHouse, token: str) -> Response:
    """The listener's letters as an Atom feed."""
    wish = _reader(house, token)
    listener = house.catalog.listeners.get(wish.listener_id)
    address = base_url(request, house.settings.base_url)
    rows = house.catalog.letters.latest(wish.listener_id)
    document = atom(
        [(row.week, row.made_at, row.subject or row.week, row.html or "") for row in rows],
        name=listener.name, feed_url=f"{address}/letters/feed/{token}", page_url=f"{address}/letters/read/{token}",
    )  # fmt: skip
    return Response(document, media_type="application/atom+xml")


def _reader(house: House, token: str) -> Act:
    wish = read(token, secret_of(house.catalog), FEED_LIFETIME_S)
    if wish.action != "read":
        raise NotFound("this link leads nowhere")
    return wish


def _about(house: House, wish: Act) -> str:
    if wish.track_id is None:
        return f"for {house.catalog.listeners.get(wish.listener_id).name}"
    track = house.catalog.tracks.get(wish.track_id)
    return f"{track.title} by {track.artist}"
