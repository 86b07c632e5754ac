"""Forms of the account pages."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import AddEmailForm, SignupForm
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.utils import get_next_redirect_url
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.models import Scope
from accounts.services import EXPIRY_CHOICES


class SignUpForm(SignupForm):
    """Sign-up that also answers the race of two people for one name with a form error."""

    def try_save(self, request: HttpRequest) -> tuple[Any, HttpResponse | None]:
        """Return the new user, or an answer to give instead of one."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # Somebody took the e-mail or username between the check and the save.
            self.add_error(None, "That e-mail address or username was just taken.")
            context = {"form": self, "login_url": reverse("account_login")}
            if next_url := get_next_redirect_url(request):
                context["redirect_field_value"] = next_url
            return None, TemplateResponse(request, "account/signup.html", context, status=409)


class AddAddressForm(AddEmailForm):
    """Refuses the address of somebody else at once.

    allauth would accept it unverified, to hide who has an account; sign-up cannot hide
    that either, and making such an address the primary one would break uniqueness.
    """

    def clean_email(self) -> str:
        """Return the address in lower case, if nobody else has it."""
        value: str = super().clean_email()
        if any(user.pk != self.user.pk for user in filter_users_by_email(value)):
            raise get_adapter().validation_error("email_taken")
        return value


class ApiTokenForm(forms.Form):
    """A new API token: its name, what it may do, and for how long."""

    name = forms.CharField(
        max_length=80,
        label="Name",
        help_text="What will use it, for example “backup script”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        choices=[
            (Scope.READ.value, "Read: see projects, songs and files"),
            (Scope.WRITE.value, "Write: create, change and delete"),
            (Scope.RENDER.value, "Render: start composing and rendering"),
        ],
        initial=[Scope.READ.value],
        widget=forms.CheckboxSelectMultiple,
        label="May",
    )
    days = forms.TypedChoiceField(
        choices=[(str(days) if days else "", label) for days, label in EXPIRY_CHOICES],
        coerce=int,
        empty_value=None,
        required=False,
        initial="90",
        label="Works for",
    )
