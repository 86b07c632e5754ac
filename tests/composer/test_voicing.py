"""Chords are laid out as their players lay them out, and go from one to the next smoothly."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.composer.roman import Harmony, resolve
from compositions.composer.voicing import (
    CLOSE,
    FRETTED,
    OPEN,
    ROOTLESS,
    Hand,
    voice_chords,
)
from compositions.composer.voicing_shapes import TUNINGS, fretted_shapes
from compositions.score.document import Mode
from compositions.score.harmony import CHORD_QUALITIES

quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
SCALE = frozenset((0, 2, 4, 5, 7, 9, 11))
harmonies = st.lists(
    st.builds(Harmony, st.integers(0, 11), st.sampled_from(sorted(CHORD_QUALITIES)), st.just("?")),
    min_size=1,
    max_size=6,
)


def chords(*numerals: str) -> list[Harmony]:
    return [resolve(numeral, 0, Mode.MAJOR) for numeral in numerals]


@quick
@given(harmonies, st.sampled_from([CLOSE, OPEN, ROOTLESS, FRETTED]), st.integers(2, 5))
def test_every_chord_has_a_voicing_of_its_own_notes(
    progression: list[Harmony], kind: str, voices: int
) -> None:
    hand = Hand(48, 79, voices, rooted=False, kind=kind)
    voiced = voice_chords(progression, hand, (), [SCALE] * len(progression))
    assert len(voiced) == len(progression)
    for harmony, voicing in zip(progression, voiced, strict=True):
        assert list(voicing) == sorted(set(voicing))
        allowed = set(harmony.pitch_classes) | {harmony.lowest}
        if kind == ROOTLESS:
            allowed |= {(harmony.root + step) % 12 for step in (2, 9)}
        assert {pitch % 12 for pitch in voicing} <= allowed
        if kind != FRETTED:
            assert voicing[0] >= 48
            assert voicing[-1] <= 79
    assert voiced == voice_chords(progression, hand, (), [SCALE] * len(progression))


@pytest.mark.parametrize(
    ("numeral", "shape"),
    [
        ("I", (48, 52, 55, 60, 64)),  # x32010
        ("vi", (45, 52, 57, 60, 64)),  # x02210
        ("ii", (50, 57, 62, 65)),  # xx0231
        ("iii", (40, 47, 52, 55, 59, 64)),  # 022000
        ("V", (43, 47, 50, 55, 59, 67)),  # 320003
        ("IV", (41, 48, 53, 57, 60, 65)),  # 133211
    ],
)
def test_a_guitarist_plays_the_chords_of_a_songbook(numeral: str, shape: tuple[int, ...]) -> None:
    assert voice_chords(chords(numeral), Hand(40, 83, 6, rooted=True, kind=FRETTED)) == [shape]


@quick
@given(
    st.integers(0, 11), st.sampled_from(["", "m", "7", "m7", "maj7", "sus4", "dim", "9", "6"]),
    st.sampled_from(sorted(TUNINGS)),
)  # fmt: skip
def test_shapes_can_be_held(root: int, quality: str, instrument: str) -> None:
    harmony, tuning = Harmony(root, quality, "?"), TUNINGS[instrument]
    for voicing, _, position in fretted_shapes(
        harmony.pitch_classes, root, frozenset(), tuning, 88
    ):
        assert len(voicing) <= len(tuning)
        assert {pitch % 12 for pitch in voicing} <= set(harmony.pitch_classes)
        # Every note lies on a string of its own: open, or in four neighbouring frets.
        strings = list(tuning)
        for pitch in sorted(voicing, reverse=True):
            string = next(
                s for s in sorted(strings, reverse=True)
                if pitch == s or max(1, position) <= pitch - s <= max(1, position) + 3
            )  # fmt: skip
            strings.remove(string)
        if instrument == "guitar":
            assert voicing[0] % 12 == root


def test_a_jazz_pianist_leaves_the_root_to_the_bass() -> None:
    progression = chords("ii7", "V7", "Imaj7")
    voiced = voice_chords(progression, Hand(51, 74, 4, kind=ROOTLESS), (), [SCALE] * 3)
    for harmony, voicing in zip(progression, voiced, strict=True):
        classes = [(pitch - harmony.root) % 12 for pitch in voicing]
        assert 0 not in classes
        assert 2 in classes
        assert classes[0] in (3, 4, 10, 11)
    assert all(abs(b - a) <= 2 for x, y in pairwise(voiced) for a, b in zip(x, y, strict=True))


def test_pads_are_spread() -> None:
    progression = chords("Imaj7", "vi7", "IVmaj7", "V7")
    spread = voice_chords(progression, Hand(48, 79, 4, rooted=True, kind=OPEN))
    close = voice_chords(progression, Hand(48, 79, 4, rooted=True))
    assert min(b - a for voicing in spread for a, b in pairwise(voicing)) >= 3
    assert sum(v[-1] - v[0] for v in spread) > 1.2 * sum(v[-1] - v[0] for v in close)


def test_sevenths_fall_and_leading_tones_rise() -> None:
    for start in range(12):
        progression = [resolve(text, start, Mode.MAJOR) for text in ("I", "ii7", "V7", "I")]
        voiced = voice_chords(progression, Hand(52, 76, 4, rooted=True))
        dominant, tonic = voiced[2], voiced[3]
        leading, seventh = (start + 11) % 12, (start + 5) % 12
        for pitch in dominant:
            if pitch % 12 == leading:
                assert pitch + 1 in tonic
            if pitch % 12 == seventh:
                assert {pitch, pitch - 1, pitch - 2} & set(tonic)


def test_chords_keep_under_the_tune() -> None:
    progression = chords("I", "IV", "V", "I")
    free = voice_chords(progression, Hand(52, 79, 3))
    under = voice_chords(progression, Hand(52, 79, 3), [65, 65, 65, 65])
    above = [sum(p > 65 for voicing in voiced for p in voicing) for voiced in (free, under)]
    assert above[1] < above[0]


def test_beside_a_bass_the_guitar_stays_off_the_low_strings() -> None:
    progression = chords("I", "V", "vi", "IV", "iii", "ii")
    alone = voice_chords(progression, Hand(40, 83, 6, rooted=True, kind=FRETTED))
    band = voice_chords(progression, Hand(40, 83, 6, rooted=False, kind=FRETTED))
    assert min(pitch for voicing in alone for pitch in voicing) < 45
    assert min(pitch for voicing in band for pitch in voicing) >= 48
