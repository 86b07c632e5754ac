"""Forms of song pages."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms

from accounts.models import User
from compositions.models.composition import LYRICS_MAX_LENGTH, PROMPT_MAX_LENGTH
from compositions.services import SEED_LIMIT
from projects.models import Project


class PlainTextField(forms.CharField):
    """Text whose line ends count as one character, as they do for the person who types."""

    def to_python(self, value: Any) -> str:
        """Return the text with the line ends of Unix."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


class PromptForm(forms.Form):
    """What a song is made from: the prompt, and what may be said beyond it."""

    prompt = PlainTextField(
        label="What do you want to hear?",
        max_length=PROMPT_MAX_LENGTH,
        error_messages={
            "required": "Say in a few words what you want to hear.",
            "max_length": "The prompt has %(show_value)d characters; %(limit_value)d are the most.",
        },
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "placeholder": "A style, a mood, a key, a tempo, who plays…",
                "autofocus": True,
                "enterkeyhint": "go",
                "aria-describedby": "prompt-hint",
                "data-limit": PROMPT_MAX_LENGTH,
            }
        ),
    )
    project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        empty_label="My songs",
        help_text="Where the song is kept.",
    )
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=SEED_LIMIT - 1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "Any"}),
        help_text="The same seed and prompt give the same song.",
    )
    lyrics = PlainTextField(
        required=False,
        max_length=LYRICS_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One line for each line that is sung; an empty line between verses.",
    )
    request_key = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("prompt", "lyrics"):
            # A browser would cut a long paste silently; the form says so instead.
            self.fields[name].widget.attrs.pop("maxlength", None)
        projects = Project.objects.editable_by(user).exclude(status=Project.Status.ARCHIVED)
        self.fields["project"].queryset = projects.order_by("name")  # type: ignore[attr-defined]

    def idempotency_key(self) -> str:
        """A key that is the same only when the same page is sent twice with the same wishes."""
        data = self.cleaned_data
        page = data["request_key"]
        if not page:
            return ""
        project = data["project"].pk if data["project"] else ""
        wishes = repr((data["prompt"], data["seed"], data["lyrics"], str(project)))
        return f"page:{page}:{hashlib.sha256(wishes.encode()).hexdigest()[:32]}"
