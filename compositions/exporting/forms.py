"""The form in which somebody chooses what to export."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from compositions.exporting.choices import MOST_COUNT_IN_BARS
from compositions.exporting.formats import FACTS, FormatFacts
from compositions.sound.encoding import SAMPLE_RATES

_UNSET = ("", "As mixed")
_MOST_SECONDS = 3600
_MOST_BARS = 10_000


class ExportForm(forms.Form):
    """Formats and, for sound, how and which part."""

    formats = forms.MultipleChoiceField(
        choices=[(facts.value, facts.label) for facts in FACTS.values()],
        required=False,
        error_messages={"invalid_choice": "Choose a format for the file."},
    )
    format = forms.CharField(required=False)
    sample_rate = forms.TypedChoiceField(
        label="Sample rate",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[_UNSET, *((str(rate), f"{rate / 1000:g} kHz") for rate in SAMPLE_RATES)],
    )
    bit_depth = forms.TypedChoiceField(
        label="Bit depth",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[_UNSET, ("16", "16 bit"), ("24", "24 bit"), ("32", "32 bit float")],
    )
    stem_effects = forms.ChoiceField(
        label="Stems",
        required=False,
        choices=[("", "With reverb and echo (wet)"), ("dry", "Without (dry)")],
    )
    stem_per = forms.ChoiceField(
        label="One stem for each",
        required=False,
        choices=[("", "Track"), ("group", "Group of tracks")],
    )
    stem_format = forms.ChoiceField(
        label="Stems as", required=False, choices=[("", "WAV"), ("flac", "FLAC")]
    )
    from_bar = forms.IntegerField(
        label="From bar", required=False, min_value=1, max_value=_MOST_BARS
    )
    to_bar = forms.IntegerField(label="To bar", required=False, min_value=1, max_value=_MOST_BARS)
    from_seconds = forms.FloatField(
        label="From second", required=False, min_value=0, max_value=_MOST_SECONDS
    )
    to_seconds = forms.FloatField(
        label="To second", required=False, min_value=0, max_value=_MOST_SECONDS
    )
    count_in_bars = forms.IntegerField(
        label="Bars of count-in", required=False, min_value=0, max_value=MOST_COUNT_IN_BARS
    )
    loop = forms.BooleanField(label="Loop without a seam", required=False)
    midi_type = forms.TypedChoiceField(
        label="MIDI",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "A track for each part (type 1)"), ("0", "All in one track (type 0)")],
    )

    shape = forms.ChoiceField(
        label="Shape of the video",
        required=False,
        choices=[
            ("", "Wide (1920 × 1080)"),
            ("square", "Square (1080 × 1080)"),
            ("tall", "Tall (1080 × 1920)"),
        ],
    )
    picture = forms.ChoiceField(
        label="Picture of the video",
        required=False,
        choices=[("", "Waveform"), ("roll", "Notes that pass by")],
    )
    paper = forms.ChoiceField(
        label="Paper of sheet music", required=False, choices=[("", "A4"), ("letter", "Letter")]
    )

    offered: list[FormatFacts]

    def offer(self, formats: Iterable[FormatFacts]) -> None:
        """Say which formats the song has; the page shows only those."""
        self.offered = list(formats)

    def clean(self) -> dict[str, Any]:
        """Take the formats of the long form, or the one format of the short form."""
        data: dict[str, Any] = super().clean() or {}
        one = data.get("format")
        if one and one in FACTS:
            data["formats"] = [one]
        elif not data.get("formats") and not self.errors:
            raise forms.ValidationError("Choose a format for the file.")
        return data

    def request(self) -> dict[str, Any]:
        """Return ``formats`` and ``settings`` as the service takes them."""
        data = self.cleaned_data
        settings = {
            name: value
            for name, value in data.items()
            if name not in ("format", "formats") and value not in (None, "", False)
        }
        return {"formats": data["formats"], "settings": settings}

    @property
    def chosen(self) -> list[str]:
        """The formats that are ticked."""
        picked = self.data.getlist("formats") if self.is_bound else self.initial.get("formats")  # type: ignore[attr-defined]
        return list(picked or [])

    def choice_fields(self) -> list[forms.BoundField]:
        """The fields below the formats, in order."""
        return [self[name] for name in self.fields if name not in ("format", "formats")]

    @property
    def any_chosen(self) -> bool:
        """Whether a choice below the formats was made."""
        return self.is_bound and any(
            field.data not in (None, "", False) for field in self.choice_fields()
        )
