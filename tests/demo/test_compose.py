"""The composer: deterministic scores that keep to their style."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.demo.compose import compose
from synesthete.demo.discography import discography
from synesthete.demo.instruments import INSTRUMENTS, SAMPLE_RATE
from synesthete.demo.styles import SCALES, STYLES


def test_ten_artists_of_one_style_each_with_two_albums_of_three_pieces():
    pieces = discography()
    assert len(pieces) == 60
    assert len({p.artist for p in pieces}) == len({p.genre for p in pieces}) == 10
    assert all(len({p.style for p in pieces if p.artist == a}) == 1 for a in {p.artist for p in pieces})
    albums = [(p.artist, p.album) for p in pieces]
    assert {albums.count(album) for album in albums} == {3}
    assert len({p.title for p in pieces}) == 60


def test_the_same_seed_gives_the_same_score_and_another_seed_another():
    style = STYLES[3]
    assert compose(style, (3, 1)) == compose(style, (3, 1))
    assert compose(style, (3, 1)) != compose(style, (3, 2))


@pytest.mark.parametrize("style", STYLES, ids=lambda s: s.genre)
def test_every_note_is_in_the_scale_and_the_tempo_in_its_range(style):
    score = compose(style, (1, 2), seconds=30)
    allowed = {(score.root + step) % 12 for step in SCALES[style.scale]}
    pitched = [n for part in score.parts if not part.is_drum for n in part.notes]
    assert {n.pitch % 12 for n in pitched} <= allowed
    assert style.tempo[0] <= score.tempo <= style.tempo[1]
    assert all(0 <= n.start_s < 30 and n.length_s > 0 and 0 < n.velocity <= 1 for n in pitched)
    assert all(part.notes for part in score.parts), "a voice that never plays"


def test_chord_tones_carry_the_strong_beats_of_a_melody():
    score = compose(STYLES[2], (0, 0))
    melody, bass = score.parts[1].notes, score.parts[2].notes
    bar_s = 3 * 60 / score.tempo
    for note in melody:
        if abs(note.start_s / bar_s - round(note.start_s / bar_s)) < 1e-6:
            root = next(b.pitch for b in bass if abs(b.start_s - note.start_s) < 1e-6)
            assert (note.pitch - root) % 12 in (0, 3, 4, 7, 8)  # root, third or (diminished) fifth region


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_an_instrument_sounds_at_the_pitch_it_was_asked_for(name):
    hz = 220.0
    sound = INSTRUMENTS[name](hz, 1.0, np.random.default_rng(0))
    assert np.isfinite(sound).all() and 0.05 < np.abs(sound).max() < 1.6
    assert np.abs(sound[-20:]).max() < 0.05, "must end in silence, or it clicks"
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    bins = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    near = spectrum[np.abs(bins - hz) < 8].max()
    assert near > 0.2 * spectrum.max()
    assert spectrum[bins < hz * 0.7].max() < 0.25 * near, "nothing may sound below the pitch"
