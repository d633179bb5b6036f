"""Encoders side by side: found, added, refused, removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from synesthete.encoders import shelf
from synesthete.encoders.encoder import Card
from synesthete.errors import Conflict, FormatError, NotFound
from tests.encoders.networks import make_encoder


def test_shipped_then_added_then_built_in(tmp_path: Path) -> None:
    shipped, added = tmp_path / "weights", tmp_path / "data"
    make_encoder(shipped / "ear", "ear")
    make_encoder(added / "mine", "mine")
    make_encoder(added / "ear", "ear")  # the shipped one of this name wins
    found = shelf.entries(added, shipped)
    assert [(e.card.name, e.origin) for e in found] == [
        ("ear", "shipped"), ("mine", "added"), ("descriptors", "built in")
    ]  # fmt: skip
    assert shelf.find(None, added, shipped).card.name == "ear"
    assert shelf.find("mine@1", added, shipped).card.name == "mine"
    assert shelf.open_encoder("mine", added, shipped=shipped).card.dim == 16


def test_without_a_shipped_network_the_hand_made_ear_is_the_default(tmp_path: Path) -> None:
    make_encoder(tmp_path / "mine", "mine")
    assert shelf.find(None, tmp_path, tmp_path / "nothing").card.name == "descriptors"


def test_unknown_names_tell_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="descriptors@1"):
        shelf.find("golden", tmp_path, tmp_path / "nothing")
    with pytest.raises(NotFound):
        shelf.find("descriptors@0", tmp_path, tmp_path / "nothing")


def test_add_and_remove(tmp_path: Path) -> None:
    source, folder, shipped = make_encoder(tmp_path / "from", "mine"), tmp_path / "shelf", tmp_path / "none"
    (source / "notes.txt").write_text("stays behind")
    entry = shelf.add(source, folder, shipped)
    assert sorted(p.name for p in (entry.folder or source).iterdir()) == ["card.json", "network.onnx"]
    with pytest.raises(Conflict, match="already"):
        shelf.add(source, folder, shipped)
    shelf.remove("mine", folder, shipped)
    assert [e.card.name for e in shelf.entries(folder, shipped)] == ["descriptors"]


def test_a_card_that_promises_too_much_is_refused(tmp_path: Path) -> None:
    source = make_encoder(tmp_path / "from", "liar")
    card = Card.load(source)
    Card(**{**card.__dict__, "dim": 99}).save(source)
    with pytest.raises(FormatError, match="16 numbers, not 99"):
        shelf.add(source, tmp_path / "shelf", tmp_path / "none")
    assert not (tmp_path / "shelf" / "liar").exists()


def test_a_card_without_a_network_is_refused(tmp_path: Path) -> None:
    source = make_encoder(tmp_path / "from", "deaf", files={})
    with pytest.raises(FormatError, match="names no network"):
        shelf.add(source, tmp_path / "shelf", tmp_path / "none")
    assert not (tmp_path / "shelf").exists()


def test_what_came_with_the_program_stays(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="stays"):
        shelf.remove("descriptors", tmp_path)


def test_a_version_that_is_gone_says_how_to_go_on(tmp_path: Path) -> None:
    """The program was updated and brings a newer ear: what was heard with the old one is heard anew."""
    with pytest.raises(NotFound, match=r"aurora@0.*There is .*descriptors@1.*`synesthete update`"):
        shelf.find("aurora@0", tmp_path)
