"""What can be chosen for a video."""

SHAPES = {"wide": (1920, 1080), "square": (1080, 1080), "tall": (1080, 1920)}
"""Width and height in pixels."""
PICTURES = ("waveform", "roll")
