"""ALS is implicit's, and folding in solves the same equations."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from synesthete.errors import InputError
from synesthete.taste.als import Als
from synesthete.taste.interactions import histories
from tests.taste.test_ease import random_plays


@pytest.mark.parametrize("confidence", [1.0, 20.0])
def test_the_same_factors_and_listeners_as_implicit(confidence):
    from implicit.cpu.als import AlternatingLeastSquares

    plays = random_plays(150, 60)
    model = Als(dim=8, l2=5, confidence=confidence, iterations=4).fit(plays)
    peer = AlternatingLeastSquares(
        factors=8, regularization=5, alpha=confidence, iterations=4, random_state=0, num_threads=1
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer.fit(plays, show_progress=False)
    np.testing.assert_allclose(model.factors, peer.item_factors, atol=1e-4)
    rows = histories([[1, 2], list(range(30)), [7]], 60)  # fewer and more tracks than dimensions
    np.testing.assert_allclose(model.listeners(rows), peer.recalculate_user(np.arange(3), rows), atol=1e-4)


def test_a_stranger_without_tracks_stands_at_the_origin():
    model = Als(dim=4).fit(random_plays())
    assert not model.listeners(histories([[]], 50)).any()


def test_senseless_parameters_are_refused():
    with pytest.raises(InputError):
        Als(dim=0)
    with pytest.raises(InputError):
        Als(l2=0)
