"""The studio's own instruments: a SoundFont of electronic sounds and drum kits, made by code."""
