"""Tracks by words for their sound: composed pieces, really heard, under names that say nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fastapi.testclient import TestClient

import synesthete
from synesthete.catalog import Entry
from synesthete.catalog.embeddings import FULL, Excerpts
from synesthete.cli import run
from synesthete.demo import STYLES, compose, render
from synesthete.demo.instruments import SAMPLE_RATE
from synesthete.encoders.hearing import hear
from synesthete.encoders.shelf import open_tags
from synesthete.encoders.tags import Tags
from synesthete.index import build_index
from synesthete.jobs.refresh import refresh
from synesthete.library import Library
from synesthete.recommend import Collection, Recommender, Request, Seed, SeedKind
from synesthete.recommend.by_word import heard_as, words_in
from synesthete.web.app import create_app
from tests.encoders.test_tags import some_tags
from tests.recommend.conftest import STAMP, World

PIECES = {"One": 2, "Two": 2, "Three": 1, "Four": 1, "Five": 4}
"""Title and style: two for piano, two of house, one of rock."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data, music = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("music")
    with synesthete.open(data, encoder="aurora") as library:
        parts = library.parts
        for number, (title, style) in enumerate(PIECES.items()):
            path, seed = music / f"{title}.wav", (style, 700 + number)
            sound = render(compose(STYLES[style], seed, 20.0), STYLES[style], seed)
            soundfile.write(path, sound, SAMPLE_RATE)
            heard = hear(parts.encoder, path)
            entry = Entry(title=title, artist=f"Nobody {number}", path=str(path), duration_s=20.0)
            track_id = int(parts.catalog.tracks.put(entry))
            excerpts = Excerpts(heard.excerpts, heard.starts_s, heard.ends_s)
            parts.catalog.embeddings.put(track_id, parts.stamp, heard.track, FULL, excerpts)
            parts.catalog.ledger.mark(track_id, parts.stamp, "analyzed")
        refresh(parts.catalog, parts.index_folder(), parts.stamp)
    return data


@pytest.fixture
def library(data: Path) -> Iterator[Library]:
    with synesthete.open(data) as opened:
        yield opened


def test_a_phrase_of_words_finds_what_sounds_so(library: Library) -> None:
    piano = library.heard_as("piano")
    assert {one.track.title for one in piano[:2]} == {"One", "Two"}
    assert "Five" not in {one.track.title for one in piano}
    assert all(one.words[0].word == "piano" and one.confidence >= 0.5 for one in piano)
    sure = [one.confidence for one in library.heard_as("relaxing piano")]
    assert len(sure) > 1 and sure == sorted(sure, reverse=True), "the surest first, by the word least sure of"
    assert not {"One", "Two"} & {one.track.title for one in library.heard_as("house")}
    assert {"Three", "Four"} <= {one.track.title for one in library.heard_as("house")}
    assert [one.track.title for one in library.heard_as("metal")] == ["Five"]
    assert library.heard_as("relaxing metal") == [], "nothing is both"
    assert library.heard_as("One") == [] and library.search("piano") == []
    assert len(library.heard_as("piano", 1)) == 1


def test_a_track_says_its_words_and_an_answer_what_is_in_common(library: Library) -> None:
    assert "piano" in [word.word for word in library.words("One")]
    first = library.similar("One", n=1).results[0]
    assert first.track.title == "Two" and "piano" in first.both
    assert first.to_dict()["both"] == list(first.both) and "piano" not in first.reason
    for one in library.similar("Five", n=4).results:
        assert not {"piano", "jazz"} & set(one.both)


def test_at_the_command_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", "calm piano", "--json", "--data", str(data)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tracks"] == [] and {w["word"] for w in found["heard"][0]["words"]} == {"relaxing", "piano"}
    assert run(["search", "house", "--data", str(data)]) == 0
    assert "Heard, not tagged: sounds like house" in capsys.readouterr().out
    assert run(["search", "three", "--data", str(data)]) == 0 and "Nobody 2" in capsys.readouterr().out
    assert run(["search", "bagpipes", "--data", str(data)]) == 1
    assert run(["similar", "One", "-n", "1", "--json", "--data", str(data)]) == 0
    assert "piano" in json.loads(capsys.readouterr().out)["results"][0]["both"]


def test_in_the_api(library: Library) -> None:
    client = TestClient(create_app(library.parts), base_url="http://127.0.0.1")
    found = client.get("/api/v1/search", params={"text": "piano"}).json()
    assert found["tracks"] == [] and {one["track"]["title"] for one in found["heard"][:2]} == {"One", "Two"}
    assert found["heard"][0]["words"][0]["word"] == "piano"
    page = client.get(f"/api/v1/tracks/{found['heard'][0]['track']['id']}").json()
    assert {"word": "piano", "kind": "instrument"}.items() <= page["words"][0].items()
    near = client.get(f"/api/v1/tracks/{page['track']['id']}/similar", params={"n": 1}).json()["results"][0]
    assert "piano" in near["both"]


@pytest.fixture(scope="module")
def shipped() -> Tags:
    tags = open_tags("aurora")
    assert tags is not None
    return tags


@pytest.mark.parametrize(
    "phrase, words",
    [
        ("piano", ["piano"]),
        ("Calm, PIANO", ["relaxing", "piano"]),
        ("electric piano and jazz", ["electric piano", "jazz"]),
        ("film music with violin", ["soundtrack", "violin"]),
        ("piano piano", ["piano"]),
        ("piano man", []),
        ("", []),
        ("and", []),
    ],
)
def test_phrases_are_read_word_by_word(shipped: Tags, phrase: str, words: list[str]) -> None:
    assert words_in(phrase, shipped) == words


def test_only_what_is_visible_and_really_sounds_so_is_found(world: World) -> None:
    tags = some_tags(dim=world.vectors.shape[1])
    logits = world.vectors @ tags.weights + tags.bias
    tags = replace(tags, usual=logits.mean(axis=0), spread=logits.std(axis=0))
    collection = Collection(world.catalog, world.recommender.collection.index, STAMP, None, tags)
    found = heard_as(collection, "piano", 200)
    sure = tags.confidences(world.vectors)[:, 0]
    kept = [world.ids[i] for i in np.argsort(-sure) if sure[i] >= 0.5]
    assert 0 < len(kept) < 120
    assert {int(one.track.id) for one in found} == set(kept)
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)
    world.catalog.files.hide(kept[:1])
    assert kept[0] not in {int(one.track.id) for one in heard_as(collection, "piano", 200)}


def test_without_words_or_index_nothing_is_heard_so(world: World) -> None:
    assert heard_as(world.recommender.collection, "piano", 5) == []
    empty = build_index(STAMP, [], np.zeros((0, 48)))
    assert heard_as(Collection(world.catalog, empty, STAMP, None, some_tags(48)), "piano", 5) == []
    seeds = (Seed(SeedKind.TRACK, world.ids[0]),)
    answer = Recommender(world.recommender.collection).recommend(Request(seeds, n=2, taste=0.0))
    assert all(one.both == () for one in answer.results)
