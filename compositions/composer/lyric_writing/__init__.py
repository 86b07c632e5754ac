"""Words for a song: written on a theme by rules, or drafted elsewhere, and verified."""
