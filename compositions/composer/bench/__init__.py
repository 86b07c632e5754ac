"""The bench: prompts with what they ask for, and figures that say how far songs do it."""
