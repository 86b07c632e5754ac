"""Presets: settings by kind, versions, JSON, and the studio's own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, transaction

from accounts.models import User
from ariaforge.exceptions import (
    DomainError,
    InvalidInputError,
    NotPermittedError,
)
from compositions.models import Preset, PresetVersion
from compositions.presets import exchange, services
from compositions.presets.by_name import UnknownPresetError, choose
from compositions.presets.factory import FactoryPreset, factory_presets, load_factory
from compositions.presets.schemas import SettingsError, defaults_of, read_settings
from compositions.presets.selectors import preset_list
from compositions.presets.sounds import sounds
from compositions.presets.words import describe, differences
from tests.compositions.presets import WARM, effect, make_factory_preset
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(db: None) -> User:
    return UserFactory()


# -- Settings ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "given", "path"),
    [
        ("effect", {"saturatoin": 0.5}, "saturatoin"),
        ("effect", {"saturation": 1.5}, "saturation"),
        ("effect", {"saturation": "much"}, "saturation"),
        ("effect", {"equaliser": [{"type": "notch", "frequency_hz": 50}]}, "equaliser[0].type"),
        ("effect", {"equaliser": [{"type": "bell", "frequency_hz": 9}]}, "equaliser[0].frequency"),
        ("effect", {"compressor": {"ratio": 0.5}}, "compressor.ratio"),
        ("effect", {"program": 3}, "program"),
        ("instrument", {"bank": 0}, "program"),
        ("instrument", {"bank": 0, "program": 128}, "program"),
        ("instrument", {"bank": 0, "program": 1, "voice": "vocal:loud"}, "voice"),
        ("mix", {"mix_preset": "skiffle"}, "mix_preset"),
        ("mix", {"reverb_seconds": 60}, "reverb_seconds"),
        ("mix", {"tempos": []}, "tempos"),
        ("render", {"target_lufs": 0}, "target_lufs"),
        ("render", {"seed": 7}, "seed"),
        ("render", [], "settings"),
        ("effect", {"\ud800": 1}, "\\ud800"),
    ],
)
def test_settings_that_do_not_fit_are_named(kind: str, given: Any, path: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(kind, given)
    assert refused.value.problems[0].path.startswith(path)


def test_settings_have_one_form() -> None:
    read = read_settings("effect", {"width": 1, "reverb_send": None, **WARM})
    assert list(read) == ["equaliser", "saturation", "width"]
    assert read == read_settings("effect", json.loads(json.dumps(read)))
    assert read["equaliser"][0]["q"] == 0.707
    # What equals the default was said all the same: off is not automatic.
    assert read_settings("effect", {"automatic_level": True}) == {"automatic_level": True}
    for kind in Preset.Kind.values:
        given = {name: value for name, value in defaults_of(kind).items() if value is not None}
        assert read_settings(kind, given) == given


def test_settings_are_told_in_words() -> None:
    assert [str(line.value) for line in describe("effect", read_settings("effect", WARM))] == [
        "+2 dB low shelf at 120 Hz",
        "40 %",
    ]
    (changed,) = differences("mix", {}, {"reverb_seconds": 2.5})
    assert str(changed) == "Reverb time: automatic → 2.5 s"
    two = read_settings("effect", {"compressor": {"ratio": 4, "attack_ms": 5}})
    three = read_settings("effect", {"compressor": {"ratio": 4, "attack_ms": 50}})
    (changed,) = differences("effect", two, three)
    assert "attack 5 ms" in changed.before
    assert "attack 50 ms" in changed.after


# -- Versions ---------------------------------------------------------------------------


def test_every_change_of_settings_is_a_version_that_never_changes(musician: User) -> None:
    preset = effect(musician, tags="Warm, tape,warm", note="first")
    assert (preset.current.number, preset.tags) == (1, ["warm", "tape"])
    services.update_preset(preset=preset, user=musician, name="Warmer", settings=dict(WARM))
    services.update_preset(
        preset=preset, user=musician, settings={"saturation": 0.6}, note="more of it"
    )
    services.restore_version(preset=preset, user=musician, number=1)
    rows = PresetVersion.objects.filter(preset=preset).order_by("number")
    assert [(row.number, row.note) for row in rows] == [
        (1, "first"),
        (2, "more of it"),
        (3, "Version 1 again"),
    ]
    assert rows[0].settings == rows[2].settings
    assert rows[0].author_name == musician.username
    preset = Preset.objects.with_settings().get(pk=preset.pk)
    assert (preset.name, preset.current.number) == ("Warmer", 3)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        rows.update(note="rewritten")
    with pytest.raises(InvalidInputError, match="no version 9"):
        services.restore_version(preset=preset, user=musician, number=9)


def test_names_are_ones_own_and_by_kind(musician: User, other: User) -> None:
    preset = effect(musician)
    effect(other)
    services.create_preset(user=musician, kind="mix", name="Warm", settings={})
    with pytest.raises(services.NameTakenError, match="“warm”"):
        effect(musician, name="warm")
    services.delete_preset(preset=preset, user=musician)
    effect(musician)
    assert services.restore_preset(preset=preset, user=musician).name == "Warm (2)"
    for details in ({"name": " "}, {"name": "x" * 81}, {"tags": ["x" * 31]}, {"tags": [1]}):
        with pytest.raises(InvalidInputError):
            effect(musician, **{"name": "Fit", **details})


def test_only_the_owner_changes_and_everybody_may_copy_what_is_shared(
    musician: User, other: User
) -> None:
    mine, shared = effect(musician), effect(musician, name="Shared", is_public=True)
    studio = make_factory_preset("Tape", "effect", {"saturation": 0.5})
    assert set(Preset.objects.visible_to(other)) == {shared, studio}
    assert set(preset_list(musician, whose="mine")) == {mine, shared}
    assert set(preset_list(other, whose="public")) == {shared}
    assert set(preset_list(other, whose="factory", search="tape")) == {studio}
    for preset in (shared, studio):
        with pytest.raises(NotPermittedError, match="copy it"):
            services.update_preset(preset=preset, user=other, name="Taken")
        with pytest.raises(NotPermittedError):
            services.delete_preset(preset=preset, user=other)
        copy = services.copy_preset(preset=preset, user=other)
        assert (copy.owner, copy.copied_from, copy.is_public) == (other, preset, False)
        assert copy.current.settings == preset.current.settings
    assert services.copy_preset(preset=shared, user=other).name == "Shared (2)"


# -- JSON -------------------------------------------------------------------------------


def test_a_preset_survives_the_way_out_and_in(musician: User, other: User) -> None:
    preset = effect(musician, description="Tubes", category="Character", tags=["tape"])
    name, content = exchange.file_of(preset)
    assert name == "warm.effect-preset.json"
    made = exchange.import_preset(user=other, data=exchange.read_file(content))
    again = exchange.import_preset(user=other, data=exchange.read_file(content))
    wanted = exchange.export_preset(preset)
    assert exchange.export_preset(made) == wanted
    assert exchange.export_preset(again) == {**wanted, "name": "Warm (2)"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other"}, "no preset of AriaForge"),
        ({"format_version": 2}, "newer studio"),
        ({"format_version": True}, "newer studio"),
        ({"kind": "chord"}, "“kind” must be one of"),
        ({"name": ""}, "needs a name"),
        ({"name": 5}, "“name” must be text"),
        ({"settings": {"width": 2}}, "width: must be between 0 and 1"),
        ({"colour": "red"}, "no “colour”"),
        ({"tags": "one"}, None),
        ({"tags": 5}, "Tags are"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_place(
    musician: User, change: dict[str, Any], message: str | None
) -> None:
    data = {**exchange.export_preset(effect(musician)), **change}
    if message is None:
        assert exchange.import_preset(user=musician, data=data).tags == ["one"]
        return
    with pytest.raises(InvalidInputError, match=message):
        exchange.import_preset(user=musician, data=data)
    assert Preset.objects.count() == 1


def test_what_is_no_json_is_refused_with_line_and_column() -> None:
    for content, message in (
        (b'{"format":\n oops}', "line 2, column 2"),
        (b"\xff\xfe", "no text"),
        (b"[" * 90_000, "nested too deep"),
        (b" " * 100_001, "at most 100,000"),
    ):
        with pytest.raises(DomainError, match=message):
            exchange.read_file(content)
    with pytest.raises(InvalidInputError, match="is an object"):
        exchange.import_preset(user=User(), data=[])


# -- The studio's own -------------------------------------------------------------------


def test_the_studio_has_what_it_says() -> None:
    presets = factory_presets()
    by_kind = {kind: [one for one in presets if one.kind == kind] for kind in Preset.Kind.values}
    assert len(by_kind["effect"]) >= 20
    assert len(by_kind["mix"]) >= 18
    assert len({one.key for one in presets}) == len(presets)
    assert len({(one.kind, one.name.casefold()) for one in presets}) == len(presets)
    # The table of our own sounds is that of the SoundFont, which another test keeps true.
    with open("docs/instruments.md", encoding="utf-8") as page:  # noqa: PTH123
        rows = [line.strip("| \n").split(" | ") for line in page if line.startswith("| ")]
    table = {row[0]: row[1] if len(row) == 2 else row[2] for row in rows}
    del table["sound"], table["kit"]
    assert {sound.name: str(sound.program) for sound in sounds() if sound.own} == table


def test_factory_content_is_loaded_once_and_mended(
    musician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [one for one in factory_presets() if one.kind in ("mix", "render")]
    monkeypatch.setattr("compositions.presets.factory.factory_presets", lambda: tuple(few))
    call_command("load_factory", verbosity=0)
    assert Preset.objects.factory().count() == len(few)
    loud = Preset.objects.get(factory_key="render/loud")
    copy = services.copy_preset(preset=loud, user=musician)
    Preset.objects.filter(name="CD").update(description="changed")
    assert (load_factory(), load_factory()) == (1, 0)
    assert Preset.objects.get(name="CD").description != "changed"
    # Another release of the studio: one has other settings and two have changed their names.
    settings = {"target_lufs": -10.0}
    club = next(one for one in few if one.key == "render/club")
    changed = FactoryPreset("render/loud", "render", "Club", "Louder", "Work", (), settings)
    renamed = FactoryPreset(
        club.key, "render", "Loud", club.description, club.category, club.tags, club.settings
    )
    few[:] = [one for one in few if one.key not in ("render/loud", club.key, "render/dry")]
    few += [changed, renamed]
    assert load_factory() == 3
    loud.refresh_from_db()
    assert (loud.name, loud.current.number, loud.current.settings) == ("Club", 2, settings)
    assert Preset.objects.get(factory_key=club.key).current.number == 1
    assert not Preset.objects.filter(factory_key="render/dry").exists()
    copy.refresh_from_db()
    assert (copy.name, copy.current.number) == ("Loud", 1)


def test_presets_are_found_by_name(musician: User) -> None:
    assert choose(["club", "Big hall"]).parameters["target_lufs"] == -9.0
    assert choose(["club", "mix:big hall"]).mix["reverb_seconds"] == 3.8
    with pytest.raises(UnknownPresetError, match="did you mean “Streaming”"):
        choose(["Streeming"])
    with pytest.raises(UnknownPresetError, match="choose one of"):
        choose(["zzzz"])
    services.create_preset(
        user=musician, kind="render", name="Club", settings={"target_lufs": -12.0}
    )
    assert choose(["Club"], musician).parameters == {"target_lufs": -12.0}
    assert choose(["Club"], UserFactory()).parameters["target_lufs"] == -9.0
