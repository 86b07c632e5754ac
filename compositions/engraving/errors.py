"""What can go wrong when music is printed."""


class EngravingError(ValueError):
    """The song cannot be printed; the message is a sentence for the musician."""
