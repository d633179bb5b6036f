"""Playlists, words and the mixer: what people make, and how lists answer them."""

from __future__ import annotations

import httpx
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import NASTY, Open, Site


def test_a_playlist_is_made_edited_and_exported(open_page: Open, site: Site) -> None:
    page = open_page("/playlists")
    page.get_by_role("button", name="New playlist").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Evening")
    dialog.get_by_role("button", name="Create").click()
    expect(page.locator("main h1")).to_have_text("Evening")

    wanted = [site.paths[i].stem[3:] for i in (0, 4, 8)]
    for n, title in enumerate(wanted, start=1):
        field = page.get_by_role("combobox", name="Search a track to add")
        field.fill(title)
        page.get_by_role("option", name=title).first.click()
        expect(page.locator(".entries li")).to_have_count(n)

    page.locator(".entries li").nth(2).get_by_role("button", name="More for").click()
    page.get_by_role("menuitem", name="Move up").click()
    expect(page.locator(".entries .title")).to_have_text([wanted[0], wanted[2], wanted[1]])

    page.get_by_role("button", name=f"Remove {wanted[0]}").click()
    expect(page.locator(".entries .title")).to_have_text([wanted[2], wanted[1]])
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".entries .title")).to_have_text([wanted[0], wanted[2], wanted[1]])

    with page.expect_response("**/continuation"):
        page.get_by_role("button", name="Add 10 that fit").click()
    expect(page.locator(".entries li")).to_have_count(13)

    page.get_by_role("button", name="More for Evening").click()
    page.get_by_role("menuitem", name="Edit name and comment").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Late evening")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator("main h1")).to_have_text("Late evening")

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="More for Late evening").click()
    page.get_by_role("menuitem", name="Share a link").click()
    expect(page.get_by_role("status").filter(has_text="The link was copied")).to_be_visible()
    shared = page.context.browser.new_page()
    shared.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(shared.locator("body")).to_contain_text(wanted[1])
    shared.close()

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="M3U8").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert text.startswith("#EXTM3U")
    assert text.count("#EXTINF") == 13
    assert wanted[2] in text


def test_rows_moved_faster_than_the_server_answers_go_where_they_were_put(
    open_page: Open, site: Site
) -> None:
    titles = [path.stem[3:] for path in site.paths[:5]]
    asked = {"name": "In a hurry", "track_ids": [site.id_of(title) for title in titles]}
    made = httpx.post(f"{site.address}/api/v1/playlists", json=asked).raise_for_status().json()
    page = open_page(f"/playlist/{made['playlist']['id']}")
    answered = []
    page.on("response", lambda answer: answer.url.endswith("/order") and answered.append(answer.status))
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", slow)
    shown = page.locator(".entries .title")
    expect(shown).to_have_text(titles)
    page.get_by_role("button", name=f"Move {titles[2]} with the arrow keys").press("Home")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name=f"Remove {titles[0]}").click()
    page.get_by_role("button", name=f"Move {titles[1]} with the arrow keys").press("End")
    page.keyboard.press("ArrowUp")
    wanted = [titles[2], titles[3], titles[1], titles[4]]
    expect(shown).to_have_text(wanted)
    page.wait_for_load_state("networkidle")
    assert answered == [200] * 5
    expect(shown).to_have_text(wanted)
    focused = page.evaluate("document.activeElement.ariaLabel")
    assert focused == f"Move {titles[1]} with the arrow keys", "what was moved keeps the focus"
    page.reload()
    expect(shown).to_have_text(wanted)


def test_a_playlist_file_is_imported_with_a_report(open_page: Open, site: Site, tmp_path) -> None:
    title = site.paths[2].stem[3:]
    artist = site.paths[2].parents[1].name
    file = tmp_path / "Mixtape.m3u8"
    file.write_text(
        f"#EXTM3U\n#EXTINF:24,{artist} - {title}\nx/1.flac\n#EXTINF:99,Nobody - Nothing\nx/2.flac\n", "utf-8"
    )
    page = open_page("/playlists")
    page.set_input_files("input[type=file]", file)
    dialog = page.get_by_role("dialog", name="Imported")
    expect(dialog).to_contain_text("1 of 2 entries")
    expect(dialog).to_contain_text("Nothing")


def test_a_word_changes_the_next_list_and_can_be_taken_back(open_page: Open, site: Site) -> None:
    track_id = site.id_of(site.paths[6].stem[3:])
    page = open_page(f"/track/{track_id}")
    rows = page.locator(".results li.track")
    rows.first.wait_for()
    first = rows.first.get_attribute("data-track")
    title = rows.first.locator(".title").inner_text()
    rows.first.get_by_role("button", name="More for").click()
    page.get_by_role("menuitem", name="Never again").click()
    expect(page.locator(f".results li[data-track='{first}']")).to_have_count(0)

    liked = rows.first.locator(".title").inner_text()
    rows.first.get_by_role("button", name=f"Like {liked}", exact=True).click()
    expect(page.get_by_role("status").filter(has_text=f"You like {liked}")).to_be_visible()

    page.get_by_role("navigation").get_by_role("link", name="Your words").click()
    expect(page.locator("li[data-word=never]")).to_contain_text(title)
    expect(page.locator("li[data-word=like]")).to_contain_text(liked)
    page.get_by_role("button", name=f"Take back: {title}").click()
    expect(page.locator("li[data-word=never]")).to_have_count(0)
    page.get_by_role("button", name=f"Take back: {liked}").click()
    expect(page.get_by_role("heading", name="You have not said anything yet")).to_be_visible()

    page.go_back()
    expect(page.locator(f".results li[data-track='{first}']")).to_have_count(1)


def test_the_mixer_answers_every_change(open_page: Open, site: Site) -> None:
    page = open_page("/mixer")
    field = page.get_by_role("combobox", name="Add a track")
    seed = site.paths[12].stem[3:]
    with page.expect_request("**/api/v1/recommendations"):
        field.fill(seed)
        page.get_by_role("option", name=seed).first.click()
    chips = page.get_by_role("list", name="Start from")
    expect(chips).to_contain_text(seed)
    other = site.paths[5].stem[3:]
    field.fill(other)
    with page.expect_response("**/api/v1/recommendations"):
        page.get_by_role("option", name=other).first.click()
    with page.expect_request(lambda request: "/recommendations" in request.url) as less:
        chips.get_by_role("button", name=f"Less like {other}").click()
    assert [seed["weight"] for seed in less.value.post_data_json["seeds"]] == [1, -1]
    with page.expect_request(lambda request: "/recommendations" in request.url) as slid:
        page.get_by_role("slider", name="Variety").fill("0.9")
    assert slid.value.post_data_json["sliders"]["variety"] == 0.9
    rows = page.locator(".results li.track")
    gone = rows.first.locator(".title").inner_text()
    page.get_by_role("button", name=f"Remove {gone}").click()
    expect(page.locator(".results .title").filter(has_text=gone)).to_have_count(0)
    page.get_by_role("button", name="Save as playlist").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of a new playlist").fill("From the mixer")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status").filter(has_text="Saved in From the mixer")).to_be_visible()


def test_words_for_sound_find_what_sounds_so(open_page: Open, site: Site) -> None:
    answers = (
        httpx.get(f"{site.address}/api/v1/search", params={"text": word, "n": 24}).json()
        for word in ("techno", "piano", "relaxing", "happy", "jazz", "dance")
    )
    answer = next(one for one in answers if one["heard"])
    page = open_page(f"/search?q={answer['text']}")
    found = page.get_by_role("region", name=f"Heard, not tagged: sounds like {answer['text']}")
    rows = found.get_by_role("listitem")
    expect(rows).to_have_count(len(answer["heard"]))
    expect(rows.first).to_contain_text(answer["heard"][0]["track"]["title"])
    expect(rows.first).to_contain_text(f"{round(100 * answer['heard'][0]['words'][0]['confidence'])}% sure")


def test_a_menu_is_not_cut_where_there_is_room_for_it(open_page: Open, site: Site) -> None:
    page = open_page(f"/track/{site.id_of(site.paths[6].stem[3:])}")
    page.set_viewport_size({"width": 1100, "height": 760})
    page.locator("main").get_by_role("button", name="More for").first.click()
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Never this artist")).to_be_in_viewport(ratio=1)
    assert menu.evaluate("menu => menu.scrollHeight - menu.clientHeight") <= 0


def test_titles_are_text(open_page: Open, site: Site) -> None:
    page = open_page("/search?q=hacked")
    expect(page.locator("li.track .title").first).to_have_text(NASTY)
    page.locator("li.track button.cover").first.click()
    expect(page.get_by_role("region", name="Player")).to_contain_text(NASTY)
    assert page.evaluate("window.hacked") is None


def _asks_for_less(response: Response) -> bool:
    asked = response.request.post_data_json if response.url.endswith("/recommendations") else None
    return asked is not None and any(seed["weight"] < 0 for seed in asked["seeds"])


def test_a_sound_and_a_tag_are_seeds_with_plus_and_minus(open_page: Open, site: Site) -> None:
    page = open_page("/mixer")
    with page.expect_request("**/api/v1/recommendations") as asked:
        page.get_by_label("Add a sound").set_input_files(site.paths[4])
        page.locator("li[data-seed=clip]").wait_for()
        page.wait_for_timeout(300)
    rows = page.locator(".results li.track")
    expect(rows.first).to_be_visible()
    chips = page.get_by_role("list", name="Start from")
    expect(chips).to_contain_text(site.paths[4].name)
    genre = site.track(site.paths[8].stem[3:])["genres"][0]
    field = page.get_by_role("combobox", name="Add a track")
    field.fill(genre)
    page.get_by_role("option", name="Genre").first.click()
    expect(chips.locator("[data-seed=genre]")).to_contain_text(genre)
    with page.expect_response(_asks_for_less) as asked:  # not an answer still under way
        chips.get_by_role("button", name=f"Less like {genre}").click()
    seeds = asked.value.request.post_data_json["seeds"]
    assert [(seed["kind"], seed["weight"]) for seed in seeds] == [("clip", 1), ("genre", -1)]
    assert genre not in {g for one in asked.value.json()["results"][:3] for g in one["track"]["genres"]}


def test_a_span_that_was_asked_with_goes_into_the_mixer(open_page: Open, site: Site) -> None:
    page = open_page("/")
    page.set_input_files("input[type=file]", site.paths[3])
    with page.expect_response(_asked_with_seeds) as asked:
        page.get_by_role("button", name="Use in the mixer").click()
    assert asked.value.ok
    assert asked.value.request.post_data_json["seeds"][0]["kind"] == "clip"
    expect(page.locator("li[data-seed=clip]")).to_contain_text(site.paths[3].name)


def test_a_word_about_an_artist_shows_and_toggles(open_page: Open, site: Site) -> None:
    track = site.track(site.paths[6].stem[3:])
    page = open_page(f"/artist/{track['artist_id']}")
    like = page.locator("header").get_by_role("button", name=f"Like {track['artist']}", exact=True)
    never = page.locator("header").get_by_role("button", name=f"Never again: {track['artist']}")
    like.click()
    expect(page.get_by_role("status").filter(has_text=f"You like {track['artist']}")).to_be_visible()
    page.reload()
    expect(like).to_have_attribute("aria-pressed", "true")
    never.click()
    expect(never).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_attribute("aria-pressed", "false")
    similar = f"/api/v1/tracks/{site.id_of(site.paths[7].stem[3:])}/similar?n=50&per_artist=0"

    def artists() -> set[int]:
        return {one["track"]["artist_id"] for one in page.request.get(similar).json()["results"]}

    expect(page.get_by_role("status").filter(has_text="will not be recommended")).to_be_visible()
    assert track["artist_id"] not in artists()
    page.get_by_role("button", name="Undo").last.click()
    expect(like).to_have_attribute("aria-pressed", "true")  # the word before is said again
    assert _said_of_artists(page) == [("like", track["artist_id"])]
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    assert _said_of_artists(page) == []


def _said_of_artists(page: Page) -> list[tuple[str, int]]:
    """The words in force about artists; other tests may have left some about tracks."""
    said = page.request.get("/api/v1/feedback").json()["words"]
    return [(one["word"], one["artist_id"]) for one in said if one["artist_id"] is not None]


def test_a_path_is_walked_by_surprise(open_page: Open, site: Site) -> None:
    page = open_page("/mixer")
    page.get_by_role("button", name="Path", exact=True).click()
    with page.expect_response("**/api/v1/path") as walked:
        page.get_by_role("button", name="Surprise me").click()
    steps = [one["track"]["title"] for one in walked.value.json()["results"]]
    expect(page.locator(".results .title")).to_have_text(steps)


def _asked_with_seeds(response: Response) -> bool:
    """Whether it answers a question with seeds; the mixer may have asked without any before."""
    return response.url.endswith("/api/v1/recommendations") and bool(response.request.post_data_json["seeds"])
