"""Filters of song lists."""

from __future__ import annotations

import django_filters

from compositions.models import Composition


class CompositionFilter(django_filters.FilterSet):
    """By project, by a word of the name or prompt, by time of creation."""

    project = django_filters.UUIDFilter(field_name="project_id")
    search = django_filters.CharFilter(method="filter_search", label="Word in name or prompt")
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Composition
        fields = ["project"]

    def filter_search(self, queryset, name, value):
        """Songs whose name or prompt contains the words."""
        return queryset.filter(name__icontains=value) | queryset.filter(ai_prompt__icontains=value)
