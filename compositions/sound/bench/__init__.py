"""Figures of finished mixes, for ``manage.py sound_bench``."""
