"""What the pages of songs show, as plain data: drawings, facts and states in words.

Nothing here reads the database or knows of requests; the functions take rows (or
anything with the same attributes) and return what templates print.
"""

from compositions.presentation.facts import (
    ConfidencePart,
    Fact,
    SpecLine,
    confidence_parts,
    describe_spec,
    level_text,
    song_facts,
)
from compositions.presentation.lanes import NotePath, TrackLane
from compositions.presentation.overview import (
    ChordBox,
    Overview,
    RulerMark,
    SectionBox,
    draw_overview,
    timeline_of,
)
from compositions.presentation.progress import ProgressCard, Step, progress_card
from compositions.presentation.waveform import mini_waveform, peaks_for_page

__all__ = [
    "ChordBox",
    "ConfidencePart",
    "Fact",
    "NotePath",
    "Overview",
    "ProgressCard",
    "RulerMark",
    "SectionBox",
    "SpecLine",
    "Step",
    "TrackLane",
    "confidence_parts",
    "describe_spec",
    "draw_overview",
    "level_text",
    "mini_waveform",
    "peaks_for_page",
    "progress_card",
    "song_facts",
    "timeline_of",
]
