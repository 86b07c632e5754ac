"""Formats of song pages."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

from compositions.presentation.facts import format_length

register = template.Library()


@register.filter
def fraction(value: float) -> str:
    """Return a number for CSS: a point and four decimals in every language."""
    return f"{value:.4f}"


@register.filter
def elapsed(since: datetime | None) -> str:
    """Return the time since ``since`` as minutes and seconds."""
    if since is None:
        return ""
    return format_length(max(0.0, (timezone.now() - since).total_seconds()))


@register.filter
def length_text(seconds: float | None) -> str:
    """Return a length in seconds as minutes and seconds."""
    return format_length(seconds or 0.0)


@register.filter
def percent(share: float | None) -> str:
    """Return a share 0..1 as whole percent."""
    return f"{round(100 * (share or 0.0))} %"
