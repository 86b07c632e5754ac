"""How each role is treated on the desk before anybody touches a fader.

Loudness targets are integrated LUFS of the stem alone, on one common scale; the master sets the
absolute level. With all faders at 0 dB they put the lead on top, bass and drums solid under it,
and pads behind; they are close together, so that a composer's or musician's faders keep their say.
"""

from __future__ import annotations

from dataclasses import dataclass

from compositions.score.document import TrackRole
from compositions.sound.equaliser import Bell, HighShelf


@dataclass(frozen=True, slots=True)
class ChannelStrip:
    """Automatic treatment of one role.

    ``target_lufs`` is where the stem's loudness is put, ``high_pass_hz`` the highest cut-off of
    its high-pass (lowered for tracks that play lower), ``reverb_scale`` multiplies its send.
    """

    target_lufs: float
    high_pass_hz: float
    reverb_scale: float = 1.0
    bells: tuple[Bell, ...] = ()
    shelves: tuple[HighShelf, ...] = ()


STRIPS: dict[TrackRole, ChannelStrip] = {
    TrackRole.LEAD: ChannelStrip(-20.5, 110.0, 1.0, (Bell(3000.0, 1.5),)),
    TrackRole.VOCAL: ChannelStrip(-20.0, 110.0, 1.0, (Bell(3500.0, 1.5),)),
    TrackRole.HARMONY: ChannelStrip(-23.5, 120.0, 1.1, (Bell(350.0, -1.5),)),
    TrackRole.CHORDS: ChannelStrip(-23.0, 100.0, 0.9, (Bell(350.0, -1.5), Bell(3000.0, -1.0))),
    TrackRole.ARPEGGIO: ChannelStrip(-23.5, 150.0, 1.0, (), (HighShelf(6000.0, 1.0),)),
    TrackRole.PAD: ChannelStrip(-24.0, 140.0, 1.2, (Bell(300.0, -2.0), Bell(2500.0, -1.5))),
    TrackRole.COUNTER_MELODY: ChannelStrip(-23.0, 120.0, 1.0, (Bell(350.0, -1.0),)),
    TrackRole.BASS: ChannelStrip(-22.0, 32.0, 0.15, (Bell(250.0, -2.0),)),
    TrackRole.DRUMS: ChannelStrip(
        -21.0, 28.0, 0.45, (Bell(350.0, -1.5),), (HighShelf(8000.0, 1.5),)
    ),
    TrackRole.PERCUSSION: ChannelStrip(-24.0, 120.0, 0.7, (), (HighShelf(8000.0, 1.0),)),
    TrackRole.EFFECTS: ChannelStrip(-25.0, 60.0, 1.0),
    TrackRole.OTHER: ChannelStrip(-23.0, 80.0, 1.0),
}
