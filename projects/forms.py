"""Forms of the project pages."""

from __future__ import annotations

from django import forms

from projects.models import Project
from projects.roles import Role


class ProjectForm(forms.ModelForm):
    """A project's name, description, and defaults for its songs."""

    class Meta:
        model = Project
        fields = ("name", "description", "genre", "key", "tempo", "meter")
        labels = {"tempo": "Tempo (beats per minute)"}
        help_texts = {
            "key": "For example “D minor”. Empty: each song decides.",
            "tempo": "30 to 300. Empty: each song decides.",
            "meter": "For example “4/4” or “6/8”. Empty: each song decides.",
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "tempo": forms.NumberInput(attrs={"min": 30, "max": 300, "step": "any"}),
        }


class CoverForm(forms.Form):
    """An upload of a cover; the image itself is checked where it is decoded."""

    image = forms.FileField(
        label="Cover image",
        help_text="JPEG, PNG or WebP, at most 10 MB.",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class MemberForm(forms.Form):
    """Whom to add, and as what."""

    person = forms.CharField(
        max_length=254,
        label="Username or e-mail address",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.EDITOR, label="Role")


class ProjectSearchForm(forms.Form):
    """Search, state and place in the list; whatever is not valid is left out."""

    STATES = (
        ("", "Current"),
        ("draft", "Drafts"),
        ("active", "Active"),
        ("archived", "Archived"),
        ("trash", "Trash"),
    )

    search = forms.CharField(required=False, max_length=200)
    status = forms.ChoiceField(required=False, choices=STATES)
    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)
