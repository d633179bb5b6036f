"""Shared lists: shown to anyone with the address, closed by revoking and by time, silent unless allowed."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def ana(place, key_of):
    return httpx.Client(
        base_url=place[1], headers={"Authorization": f"Bearer {key_of(1, 'read', 'write')}"}, timeout=30
    )


@pytest.fixture(scope="module")
def ben(place, key_of):
    return httpx.Client(
        base_url=place[1], headers={"Authorization": f"Bearer {key_of(2, 'read', 'write')}"}, timeout=30
    )


@pytest.fixture
def share(ana):
    def share(client=ana, **question) -> dict:
        body = {
            "title": "Monday <b>",
            "tracks": [{"track_id": 1, "reason": "Sounds like rain."}, {"track_id": 19}],
            **question,
        }
        answer = client.post("/api/v1/shares", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return share


def test_a_stranger_sees_titles_and_reasons_and_messengers_a_picture(place, share):
    made = share()
    page = httpx.get(made["url"])
    assert page.status_code == 200 and "Sounds like rain." in page.text and "Dora &lt;D&gt;" in page.text
    assert "<b>" not in page.text and "<script" not in page.text and "<audio" not in page.text
    for name in ("og:title", "og:description", "og:url", "og:image"):
        assert f'property="{name}"' in page.text
    for name, size in (("picture.png", (1200, 630)), ("story.png", (1080, 1920))):
        assert Image.open(io.BytesIO(httpx.get(f"{made['url']}/{name}").content)).size == size


def test_sound_only_where_the_owner_allowed_it_and_only_of_what_is_on_the_list(share, ben):
    silent, loud = share(), share(with_audio=True)
    assert httpx.get(f"{silent['url']}/audio/1").status_code == 404
    assert httpx.get(f"{loud['url']}/audio/1", headers={"Range": "bytes=0-3"}).content == b"fLaC"
    assert httpx.get(f"{loud['url']}/audio/2").status_code == 404
    refused = ben.post("/api/v1/shares", json={"title": "x", "tracks": [{"track_id": 1}], "with_audio": True})
    assert refused.status_code == 400 and "owner" in refused.json()["error"]["what"]


def test_revoking_closes_it_for_everyone_and_only_its_maker_can(ana, ben, share):
    made = share()
    assert ben.delete(f"/api/v1/shares/{made['token']}").status_code == 404
    assert made["token"] not in [s["token"] for s in ben.get("/api/v1/shares").json()["shares"]]
    assert ana.delete(f"/api/v1/shares/{made['token']}").status_code == 204
    for path in ("", "/picture.png", "/story.png", "/cover/1", "/audio/1"):
        assert httpx.get(made["url"] + path).status_code == 404


def test_a_share_ends_with_its_time(place, share):
    from synesthete.catalog.schema import shares

    made = share(days=1)
    catalog = place[0].catalog
    with catalog.begin() as connection:
        connection.execute(shares.update().where(shares.c.token == made["token"]).values(expires_at=1))
    assert httpx.get(made["url"]).status_code == 404


def test_a_shared_playlist_shows_what_is_on_it_now_and_others_lists_cannot_be_shared(place, ana, ben):
    catalog = place[0].catalog
    playlist = catalog.playlists.create(1, "Growing", [1])
    made = ana.post("/api/v1/shares", json={"title": "Growing", "playlist_id": playlist}).json()
    catalog.playlists.append(playlist, [19])
    assert "Dora" in httpx.get(made["url"]).text
    assert ben.post("/api/v1/shares", json={"title": "x", "playlist_id": playlist}).status_code == 404
    assert ana.post("/api/v1/shares", json={"title": "x"}).status_code == 400


def test_addresses_cannot_be_guessed(place):
    assert httpx.get(f"{place[1]}/s/{'A' * 22}").status_code == 404
