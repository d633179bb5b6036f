"""The ListenBrainz intake takes what players send, once, and refuses what the service refuses."""

from __future__ import annotations

import time

import httpx
import pytest

NOW = int(time.time()) - 3600


def listen(
    title: str = "First 1 by A", artist: str = "Ada Byron", at: int | None = NOW, **more: object
) -> dict:
    row: dict = {"track_metadata": {"artist_name": artist, "track_name": title, "additional_info": more}}
    return row if at is None else row | {"listened_at": at}


@pytest.fixture(scope="module")
def player(place, key_of):
    _, url = place
    return httpx.Client(
        base_url=f"{url}/apis/listenbrainz",
        headers={"Authorization": f"Token {key_of(2, 'scrobble')}"},
        timeout=20,
    )


def submit(player, kind: str, *rows: dict) -> httpx.Response:
    return player.post("/1/submit-listens", json={"listen_type": kind, "payload": list(rows)})


def test_the_token_is_validated_as_players_do(player, place):
    assert player.get("/1/validate-token").json() == {
        "code": 200,
        "message": "Token valid.",
        "valid": True,
        "user_name": "ben",
    }
    wrong = httpx.get(
        f"{place[1]}/apis/listenbrainz/1/validate-token", headers={"Authorization": "Token nope"}
    )
    assert wrong.json()["valid"] is False


def test_a_key_that_may_not_send_listens_is_no_valid_token(place, key_of):
    url = f"{place[1]}/apis/listenbrainz/1/validate-token"
    reader = httpx.get(url, headers={"Authorization": f"Token {key_of(2, 'read')}"})
    assert reader.status_code == 200 and reader.json()["valid"] is False
    none = httpx.get(url)
    assert (none.status_code, none.json()["code"]) == (400, 400) and none.json()["error"]


def test_a_listen_finds_its_track_and_is_kept_once(player, place):
    parts, _ = place
    before = parts.catalog.listens.number(2)
    for _ in range(2):
        assert submit(player, "single", listen()).json() == {"status": "ok"}
    assert parts.catalog.listens.number(2) == before + 1
    (heard,) = [x for x in parts.catalog.listens.of(2) if x.source == "listenbrainz" and x.at == NOW]
    assert heard.track_id == 1


def test_what_is_not_in_the_library_is_kept_by_name(player, place):
    submit(
        player,
        "import",
        listen("Elsewhere", "Nobody here", NOW + 1),
        listen("Second 1 by B", "Bela B", NOW + 2),
    )
    kept = {x.at: x for x in place[0].catalog.listens.of(2)}
    unknown = kept[NOW + 1]
    assert kept[NOW + 2].track_id is not None
    assert (unknown.track_id, unknown.title, unknown.artist) == (None, "Elsewhere", "Nobody here")


def test_playing_now_is_no_listen(player, place):
    before = place[0].catalog.listens.number(2)
    assert submit(player, "playing_now", listen(at=None)).status_code == 200
    assert place[0].catalog.listens.number(2) == before


@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("single", [listen(), listen()]), ("single", [listen(at=None)]), ("playing_now", [listen()]),
        ("single", [listen(title="")]), ("single", [listen(at=12)]), ("single", [listen(at=NOW + 10**6)]),
        ("single", [listen(note="x" * 11_000)]), ("import", [listen(at=NOW + n) for n in range(1001)]),
        ("import", []), ("dance", [listen()]), ("single", [listen(title=5)]), ("single", [listen(artist=["a"])]),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_the_service_refuses_is_refused_and_nothing_is_kept(player, place, kind: str, rows: list):
    before = place[0].catalog.listens.number(2)
    answer = submit(player, kind, *rows)
    assert answer.status_code == 400 and answer.json()["code"] == 400 and answer.json()["error"]
    assert place[0].catalog.listens.number(2) == before


def test_broken_json_and_missing_or_narrow_keys(player, place, key_of):
    _, url = place
    assert player.post("/1/submit-listens", content=b"{nope").status_code == 400
    bare = {"listen_type": "single", "payload": [listen()]}
    assert httpx.post(f"{url}/apis/listenbrainz/1/submit-listens", json=bare).status_code == 401
    reader = {"Authorization": f"Token {key_of(2, 'read')}"}
    assert (
        httpx.post(f"{url}/apis/listenbrainz/1/submit-listens", json=bare, headers=reader).status_code == 403
    )


def test_a_name_with_a_character_that_no_database_holds_is_kept_without_it(player, place):
    assert submit(player, "single", listen("El\x00se", "Some\x00body", NOW + 50)).status_code == 200
    (kept,) = [x for x in place[0].catalog.listens.of(2) if x.at == NOW + 50]
    assert "\x00" not in f"{kept.title}{kept.artist}"
