"""The HTML pages of songs: forms and links first; htmx exchanges parts of them."""
