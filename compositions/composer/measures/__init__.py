"""Figures read from a finished score: what the critics and the bench count."""
