"""Presets: what they hold by kind, versions, JSON in and out, using and comparing them.

:mod:`.schemas` says what the settings of each kind are, :mod:`.words` tells them, :mod:`.services`
writes presets and their versions, :mod:`.exchange` reads and writes the JSON form, :mod:`.factory`
loads what the studio came with, :mod:`.applying` puts settings on a track or a song, and
:mod:`.comparing` sets two presets side by side, in words and for the ear.
"""
