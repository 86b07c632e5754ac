"""A quick mix: what a song sounds like, some seconds after it was asked for.

It is the same music on the same instruments at the same loudness and under the same true peak,
through plain channel strips: equaliser, level by role, fader, pan and reverb. What takes time and
is finish is left out: saturation, width, ducking, the balance of the groups, the master's
equaliser and its compressor. Words are played by the voice's instrument, for singing takes longer
than all the rest. The dry stems are those of the final mix, which finds them in the cache.
"""

from __future__ import annotations

from dataclasses import replace

from compositions.sound.mix_presets import NO_PRESET
from compositions.sound.parameters import RenderParameters


def preview_parameters(parameters: RenderParameters) -> RenderParameters:
    """The parameters of the quick mix of a render with ``parameters``."""
    return replace(
        parameters,
        bit_depth=16,
        tone=False,
        compression=False,
        mix_preset=NO_PRESET,
        vocal="synth",
    )
