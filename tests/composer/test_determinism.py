"""One seed, one song; one decision, one stream."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from compositions.composer import ENGINE_VERSION, Composition, compose, parse_prompt
from compositions.composer.harmony import make_changes
from compositions.composer.melody import MelodyWriter
from compositions.composer.plan import make_plan
from compositions.composer.seeds import stream, sub_seed
from compositions.score.midi import write_midi

PROMPT = "a wistful lo-fi tune in D minor, 82 bpm, Rhodes, upright bass and brushed drums"
_OTHER_PROCESS = """
import hashlib, sys
from compositions.composer import compose, parse_prompt
from compositions.score.midi import write_midi
song = compose(parse_prompt(sys.argv[1]), seed=5)
print(hashlib.sha256(write_midi(song.score)).hexdigest())
"""


def song(prompt: str = PROMPT, seed: int = 5) -> Composition:
    return compose(parse_prompt(prompt), seed=seed)


def lead(composition: Composition) -> list[tuple[int, int]]:
    track = next(t for t in composition.score.tracks if t.role.value == "lead")
    return [(note.start, note.pitch) for note in track.notes]


def test_same_prompt_and_seed_give_the_same_bytes() -> None:
    first, second = song(), song()
    assert first == second
    assert write_midi(first.score) == write_midi(second.score)
    assert first.engine_version == ENGINE_VERSION
    assert first.seed == 5


def test_another_process_gives_the_same_bytes() -> None:
    root = Path(__file__).resolve().parents[2]
    digests = {
        subprocess.run(
            [sys.executable, "-c", _OTHER_PROCESS, PROMPT],
            cwd=root,
            env={"PYTHONPATH": str(root), "PYTHONHASHSEED": salt},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert len(digests) == 1


def test_another_seed_gives_another_melody() -> None:
    melodies = [lead(song(seed=seed)) for seed in range(6)]
    for index, one in enumerate(melodies):
        for other in melodies[index + 1 :]:
            shared = len(set(one) & set(other))
            assert shared / max(len(one), len(other)) < 0.5


def test_streams_are_named_by_section_role_and_operation() -> None:
    assert sub_seed(1, "verse", "drums", "notes") != sub_seed(1, "verse", "lead", "notes")
    assert sub_seed(1, "verse", "drums", "notes") != sub_seed(1, "chorus", "drums", "notes")
    assert sub_seed(1, "a", "b", "c") != sub_seed(2, "a", "b", "c")
    assert stream(1, "a", "b", "c").random() == stream(1, "a", "b", "c").random()


def test_other_drums_do_not_move_the_melody() -> None:
    """The melody is the same whether drums play, play something else, or are silent."""
    plain = song("pop in C major, 110 bpm, 2 minutes")
    without = song("pop in C major, 110 bpm, 2 minutes, no drums")
    assert lead(plain) == lead(without)
    assert {track.role.value for track in without.score.tracks}.isdisjoint({"drums", "percussion"})


def test_two_songs_of_a_genre_with_one_seed_share_no_melody() -> None:
    """Who composes everything with seed 1 still gets songs and not one template."""
    prompts = ("pop in C major", "pop in C minor", "happy pop in C major", "pop at 100 bpm")
    melodies = [lead(song(prompt + ", 8 bars")) for prompt in prompts]
    for number, melody in enumerate(melodies):
        assert all(melody != other for other in melodies[:number])


def test_drawing_from_the_drum_stream_leaves_the_written_melody_alone() -> None:
    plan = make_plan(parse_prompt(PROMPT), 5, None)
    changes = make_changes(plan)
    before = MelodyWriter(plan, changes, 48, 84).sections(sung=False)
    stream(plan.seed, plan.sections[0].uid, "drums", "notes").random()
    after = MelodyWriter(plan, changes, 48, 84).sections(sung=False)
    assert before == after
