"""Help is whole: every verb, and every verb of a group, with a sentence that is not cut off."""

from __future__ import annotations

import click
import pytest

from synesthete.cli import VERBS, root
from synesthete.cli.options import Verbs, first_sentence

GROUPS = [verb for verb in VERBS if isinstance(root.get_command(click.Context(root), verb), click.Group)]


@pytest.mark.parametrize("verb", GROUPS)
def test_a_group_lists_its_verbs_in_whole_sentences(verb):
    group = root.get_command(click.Context(root), verb)
    assert isinstance(group, click.Group)
    context = click.Context(group, info_name=f"synesthete {verb}")
    shown = " ".join(group.get_help(context).split())
    assert "COMMAND" not in shown and "Commands:" not in shown
    for name in group.list_commands(context):
        inner = group.get_command(context, name)
        assert inner is not None and inner.help
        if isinstance(group, Verbs):
            assert f"{name} {first_sentence(inner.help)}" in shown


def test_what_a_group_says_of_itself_names_all_its_verbs():
    for verb in ("listeners", "evaluate"):
        group = root.get_command(click.Context(root), verb)
        assert isinstance(group, click.Group)
        assert all(name in VERBS[verb][1] for name in group.list_commands(click.Context(group)))


def test_a_sentence_ends_at_its_end():
    assert first_sentence("Make a key.\n\n    Once.") == "Make a key."
    assert first_sentence("Put card.json on\n    the shelf, so. Then") == "Put card.json on the shelf, so."
