"""The commands that need no server: compose, compose --batch, render."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import mido
import pytest
import soundfile
from django.core.management import CommandError, call_command

from compositions.score.serialisation import from_dict
from compositions.score.validation import validate

PROMPT = "a short waltz in G for piano, 120 bpm, 8 bars"


def test_compose_writes_midi_json_and_sound_without_a_database(tmp_path: Path) -> None:
    """No database mark: a query would fail the test."""
    midi, data, wav = tmp_path / "a.mid", tmp_path / "new" / "a.json", tmp_path / "a.wav"
    output = StringIO()
    call_command("compose", PROMPT, seed=4, midi=midi, json=data, wav=wav, stdout=output)
    described = json.loads(data.read_text())
    assert validate(from_dict(described["score"])) == []
    assert described["theory"]["meter"] == "3/4"
    assert mido.MidiFile(midi).type == 1
    assert soundfile.info(wav).duration > 8
    assert described["title"] in output.getvalue()
    assert list(tmp_path.glob("*.part")) == []
    again = tmp_path / "b.mid"
    call_command("compose", PROMPT, seed=4, midi=again, stdout=StringIO())
    assert again.read_bytes() == midi.read_bytes()


def test_a_bad_line_of_a_batch_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text(
        '{"id": "first", "prompt": "slow blues in A, 8 bars"}\n'
        "this is not JSON\n"
        "\n"
        '{"id": "../out", "prompt": "a waltz"}\n'
        '{"id": "empty", "prompt": " "}\n'
        '{"id": "last", "prompt": "techno, 8 bars"}\n'
    )
    output, errors = StringIO(), StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("compose", batch=prompts, out=tmp_path / "out", stdout=output, stderr=errors)
    assert stopped.value.code == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "first.mid",
        "first.json",
        "last.mid",
        "last.json",
    }
    assert [line.split(":")[0] for line in errors.getvalue().splitlines()] == [
        "line 2",
        "line 4",
        "line 5",
    ]
    assert "2 of 5 songs" in output.getvalue()


def test_a_batch_overwrites_no_song_of_its_own_and_bears_any_text(tmp_path: Path) -> None:
    prompts, out = tmp_path / "prompts.jsonl", tmp_path / "out"
    prompts.write_text(
        '\ufeff{"id": "a", "prompt": "slow blues in A,\u2028 8 bars"}\r\n'
        '{"id": "a", "prompt": "techno, 8 bars"}\n',
        encoding="utf-8",
        newline="",
    )
    errors = StringIO()
    with pytest.raises(SystemExit):
        call_command("compose", batch=prompts, out=out, stdout=StringIO(), stderr=errors)
    assert errors.getvalue().startswith("line 2: the id 'a'")
    assert json.loads((out / "a.json").read_text())["spec"]["genre"]["value"] == "blues"


@pytest.mark.parametrize("ending", ["wav", "mp3"])
def test_render_reads_midi_and_hits_the_loudness(tmp_path: Path, ending: str) -> None:
    midi = tmp_path / "a.mid"
    call_command("compose", PROMPT, seed=4, midi=midi, stdout=StringIO())
    destination, output = tmp_path / f"a.{ending}", StringIO()
    call_command("render", midi, out=destination, lufs=-18.0, stdout=output, stderr=StringIO())
    assert soundfile.info(destination).duration > 8
    assert "-18.0 LUFS" in output.getvalue()
    assert {path.name for path in tmp_path.iterdir()} == {"a.mid", destination.name}


def test_refusals_are_sentences(tmp_path: Path) -> None:
    noise = tmp_path / "noise.mid"
    noise.write_bytes(b"\xff" * 1000)
    with pytest.raises(CommandError, match="not a MIDI file"):
        call_command("render", noise, out=tmp_path / "a.wav")
    with pytest.raises(CommandError, match="must end in"):
        call_command("render", noise, out=tmp_path / "a.aac")
    with pytest.raises(CommandError, match="Say where to write"):
        call_command("compose", PROMPT)
    with pytest.raises(CommandError, match="prompt is empty"):
        call_command("compose", " ", midi=tmp_path / "a.mid")
    midi = tmp_path / "a.mid"
    below_a_file = midi / "folder" / "a.wav"
    with pytest.raises(CommandError, match=r"a\.mid"):
        call_command("compose", PROMPT, midi=midi, wav=below_a_file, stdout=StringIO())
    with pytest.raises(CommandError, match=r"a\.mid"):
        call_command("render", midi, out=below_a_file, stdout=StringIO(), stderr=StringIO())


def test_compose_bench_prints_the_table_and_checks_targets(tmp_path: Path) -> None:
    prompts, figures = tmp_path / "prompts.jsonl", tmp_path / "new" / "figures.json"
    prompts.write_text(
        '{"id": "a", "prompt": "waltz in G major, 120 bpm, 8 bars", "tempo": 120, "meter": "3/4"}\n'
        '{"id": "b", "prompt": "rock, 8 bars", "expected": {"bars": 40}}\n'
    )
    output = StringIO()
    options: dict[str, object] = {"seeds": 1, "json": figures, "misses": True, "stdout": output}
    with pytest.raises(SystemExit) as stopped:
        call_command("compose_bench", prompts, check=True, **options)
    assert stopped.value.code == 1
    table = output.getvalue()
    assert "PASS" in next(line for line in table.splitlines() if line.startswith("exact BPM"))
    assert "length: b/1" in table
    assert "ark: not installed" in table
    written = json.loads(figures.read_text())
    assert {song["id"]: song.get("length") for song in written["songs"]} == {"a": None, "b": 0.0}
    assert written["results"]["meter"] == 1.0
    prompts.write_text("no JSON\n")
    with pytest.raises(CommandError, match="line 1"):
        call_command("compose_bench", prompts)
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("compose_bench", tmp_path / "nowhere.jsonl")
