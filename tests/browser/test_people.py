"""Several people on one server: the first account, signing in and out, keys, invitations, and who sees what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Heard, Open, Site, house_of

PASSWORD = "correct horse battery"
OWNER, LISTENER = "Ana", "Ben"


@pytest.fixture(scope="module")
def household(built_app: Path, heard: Heard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with an owner and a listener."""
    with house_of(heard, tmp_path_factory.mktemp("household")) as house:
        with httpx.Client(base_url=f"{house.address}/api/v1") as owner:
            owner.post("/account", json={"name": OWNER, "password": PASSWORD}).raise_for_status()
            made = owner.post("/listeners", json={"name": LISTENER, "password": PASSWORD, "role": "listener"})
            made.raise_for_status()
        yield house


@pytest.fixture
def enter(open_page: Open, household: Site) -> Callable[..., Page]:
    """`enter("Ana", "/settings")`: somebody's page of the household, signed in as people do."""

    def entered(name: str, path: str = "/", **more: object) -> Page:
        page = open_page(path, at=household.address, refusals=True, **more)
        sign_in(page, name)
        return page

    return entered


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_the_first_account_closes_the_door_and_opens_it_again(
    open_page: Open, built_app: Path, heard: Heard, tmp_path: Path
) -> None:
    with house_of(heard, tmp_path) as house:
        page = open_page("/settings", at=house.address, refusals=True)
        card = page.get_by_role("region", name="Password")
        expect(card).to_contain_text("Nobody needs to sign in yet")
        card.get_by_label("Name").fill(OWNER)
        card.get_by_label("New password").fill(PASSWORD)
        card.get_by_role("button", name="Make the owner's account").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        assert httpx.get(f"{house.address}/api/v1/status").status_code == 401

        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("main h1")).to_have_text("Welcome back")
        assert page.title() == "Sign in · Synesthete"
        expect(page.get_by_role("navigation")).to_have_count(0)
        sign_in(page, OWNER, "wrong battery staple")
        expect(page.get_by_role("alert")).to_contain_text("name or password is wrong")
        sign_in(page, OWNER)
        expect(page.locator("main h1")).to_have_text("Settings")
        expect(page.get_by_role("navigation").first).to_contain_text(OWNER)
        page.reload()
        expect(page.locator("main h1")).to_have_text("Settings")

        # A session that ended elsewhere leads back to the door, not to a page full of failures.
        page.context.clear_cookies()
        page.get_by_role("navigation").get_by_role("link", name="Playlists").click()
        expect(page.locator("main h1")).to_have_text("Welcome back")
        for _ in range(12):
            page.get_by_label("Name").fill(OWNER)
            page.get_by_label("Password").fill("guess")
            with page.expect_response("**/api/v1/login") as answer:
                page.get_by_role("button", name="Sign in").click()
            if answer.value.status == 429:
                break
        assert answer.value.status == 429
        expect(page.get_by_role("alert")).to_contain_text("too many")


def test_a_key_is_shown_once_works_within_its_scopes_and_is_revoked(
    enter: Callable[..., Page], household: Site
) -> None:
    page = enter(LISTENER, "/settings")
    card = page.get_by_role("region", name="Keys for programs")
    card.get_by_label("What the key is for").fill("Kitchen <b>radio</b>")
    card.get_by_label("write").uncheck()
    card.get_by_role("button", name="Make a key").click()
    expect(card.get_by_role("status")).to_contain_text("not shown again")
    key = card.get_by_role("status").locator("code").inner_text()
    rows = card.get_by_role("listitem")
    expect(rows).to_contain_text("Kitchen <b>radio</b>")

    with httpx.Client(
        base_url=f"{household.address}/api/v1", headers={"Authorization": f"Bearer {key}"}
    ) as program:
        assert program.get("/me").json()["listener"]["name"] == LISTENER
        assert program.get("/search", params={"text": "lamp"}).status_code == 200
        assert program.post("/playlists", json={"name": "No"}).status_code == 403
        page.reload()
        expect(rows).to_contain_text("used")
        assert key not in page.content()
        rows.get_by_role("button", name="Revoke").click()
        expect(rows).to_have_count(0)
        assert program.get("/search", params={"text": "lamp"}).status_code == 401


def test_somebody_is_invited_chooses_a_password_and_is_given_a_role(
    enter: Callable[..., Page], open_page: Open, household: Site
) -> None:
    page = enter(OWNER, "/settings")
    card = page.get_by_role("region", name="People")
    card.get_by_label("Name", exact=True).fill("Cleo")
    card.get_by_role("button", name="Add a person").click()
    link = card.get_by_role("status").locator("code").inner_text()
    row = card.get_by_role("listitem").filter(has_text="Cleo")
    expect(row).to_contain_text("not here yet")

    guest = page.context.browser.new_page()
    guest.goto(link)
    expect(guest.locator("h1")).to_have_text("Welcome, Cleo")
    guest.get_by_label("Password").fill("eight letters")
    guest.get_by_role("button", name="Come in").click()
    expect(guest.get_by_role("navigation").first).to_contain_text("Cleo")
    guest.goto(link)
    expect(guest.locator("main")).to_contain_text("does not hold any more")

    page.reload()
    expect(row).not_to_contain_text("not here yet")
    with page.expect_response("**/api/v1/listeners/*") as changed:
        row.get_by_label("Role of Cleo").select_option("owner")
    assert changed.value.json()["role"] == "owner"
    guest.goto(f"{household.address}/settings")
    expect(guest.get_by_role("region", name="People")).to_contain_text(LISTENER)

    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Remove Cleo").click()
    expect(row).to_have_count(0)
    guest.goto(f"{household.address}/playlists")
    expect(guest.locator("main h1")).to_have_text("Welcome back")
    guest.close()


def test_who_is_not_the_owner_sees_no_owners_pages(enter: Callable[..., Page]) -> None:
    page = enter(LISTENER, "/library")
    refused = []
    page.on("response", lambda response: refused.append(response.url) if response.status == 403 else None)
    expect(page.get_by_role("region", name="How much has been heard")).to_contain_text("20")
    expect(page.get_by_role("button", name="Add a folder")).to_have_count(0)
    expect(page.get_by_role("region", name="Folders")).to_have_count(0)
    expect(page.get_by_role("region", name="Encoders")).to_be_visible()
    expect(page.get_by_role("button", name="Use this one")).to_have_count(0)
    for path in ("/settings", "/dashboard", "/map", "/playlists", "/mixer", "/"):
        page.goto(path)
        page.locator("main h1").first.wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        for name in ("Find groups", "Draw the map again", "Ask again", "Add a person"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        expect(page.get_by_role("region", name="People")).to_have_count(0)
        expect(page.get_by_role("alert")).to_have_count(0)
    assert refused == []
    page.goto("/dashboard")
    expect(page.locator("main")).to_contain_text("Your own listening.")


def test_the_letter_is_switched_on_and_seen_before_it_comes(
    enter: Callable[..., Page], household: Site
) -> None:
    page = enter(LISTENER, "/settings")
    card = page.get_by_role("region", name="Weekly letter")
    account = page.get_by_role("region", name="Account")
    with page.expect_response("**/api/v1/me"):
        account.get_by_label("E-mail").fill("ben@example.org")
        account.get_by_label("E-mail").press("Tab")
    for change in (
        lambda: card.get_by_label("Send me the letter").check(),
        lambda: card.get_by_label("Day").select_option("4"),
    ):
        with page.expect_response("**/api/v1/me"):
            change()
    page.reload()
    expect(card.get_by_label("Send me the letter")).to_be_checked()
    expect(card.get_by_label("Day")).to_have_value("4")
    with page.context.expect_page() as opened:
        card.get_by_role("link", name="See this week's letter").click()
    letter = opened.value
    expect(letter.locator("h1")).to_have_text(f"{LISTENER}, your week in sound")
    assert letter.get_by_role("link", name="Like").count() >= 10
    letter.get_by_role("link", name="Like", exact=True).first.click()
    letter.get_by_role("button", name="Yes, I like it").click()
    expect(letter.locator("h1")).to_have_text("Done")
    page.get_by_role("navigation").get_by_role("link", name="Your words").click()
    expect(page.locator("li[data-word=like]")).to_have_count(1)


def test_a_shared_playlist_is_seen_without_signing_in_until_it_is_revoked(
    enter: Callable[..., Page], household: Site
) -> None:
    page = enter(OWNER, "/playlists")
    title = household.paths[4].stem[3:]
    with httpx.Client(base_url=f"{household.address}/api/v1") as owner:
        owner.post("/login", json={"name": OWNER, "password": PASSWORD}).raise_for_status()
        track = next(
            t for t in owner.get("/search", params={"text": title}).json()["tracks"] if t["title"] == title
        )
        made = owner.post(
            "/playlists", json={"name": "For <script>friends", "track_ids": [track["id"]]}
        ).json()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/playlist/{made['playlist']['id']}")
    page.get_by_role("button", name="More for For <script>friends").click()
    page.get_by_role("menuitem", name="Share a link").click()
    expect(page.get_by_role("status").filter(has_text="The link was copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")

    stranger = page.context.browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    stranger.goto(link)
    expect(stranger.locator("h1")).to_have_text("For <script>friends")
    expect(stranger.get_by_role("listitem")).to_contain_text(title)
    expect(stranger.locator("audio")).to_have_count(0)
    assert stranger.evaluate("document.documentElement.scrollWidth") <= 360
    cover = stranger.get_by_role("listitem").locator("img")
    assert cover.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    for name, size in (("picture", [1200, 630]), ("story", [1080, 1920])):
        drawn = stranger.evaluate(
            """address => new Promise(done => { const image = new Image();
                image.onload = () => done([image.naturalWidth, image.naturalHeight]); image.src = address })""",
            f"{link}/{name}.png",
        )
        assert drawn == size
    assert stranger.locator("meta[property='og:image']").get_attribute("content") == f"{link}/picture.png"
    stranger.goto(household.address)
    expect(stranger.locator("main h1")).to_have_text("Welcome back")

    page.goto("/settings")
    shares = page.get_by_role("region", name="Shared links")
    shares.get_by_role("button", name="Revoke: For <script>friends").click()
    expect(shares).to_have_count(0)
    assert stranger.goto(link).status in (403, 404, 410)
    expect(stranger.locator("main h1")).to_be_visible()
    stranger.context.close()
