"""Cast the band: who plays which role, from the style and from what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from compositions.composer.ensembles import FIGURE, Player, players_for
from compositions.composer.plan import SongPlan
from compositions.composer.prompt_words import ELECTRIC_GUITARS, is_ruled_out
from compositions.composer.seeds import stream
from compositions.composer.spec import InstrumentRequest
from compositions.composer.styles import Instrument, StylePart, instruments

_DEFAULT_FIGURE = {
    "lead": "melody", "vocal": "melody", "chords": "block", "pad": "sustain",
    "arpeggio": "arpeggio", "bass": "bass", "drums": "drums", "percussion": "percussion",
    "counter_melody": "counter",
}  # fmt: skip
_DEFAULTS = {
    "lead": (0.0, 0.1, 0.25, 0.25), "vocal": (0.0, 0.0, 0.25, 0.0),
    "chords": (-4.0, -0.2, 0.2, 0.0), "pad": (-10.0, 0.2, 0.4, 0.4),
    "arpeggio": (-7.0, 0.3, 0.25, 0.35), "bass": (-1.0, 0.0, 0.05, 0.25),
    "drums": (-3.0, 0.0, 0.12, 0.3), "percussion": (-8.0, 0.3, 0.15, 0.4),
    "counter_melody": (-6.0, -0.3, 0.3, 0.45),
}  # fmt: skip
_SAXES = frozenset({"Soprano Sax", "Alto Sax", "Tenor Sax", "Baritone Sax"})
_KINDS = dict.fromkeys(_SAXES, _SAXES) | {"Electric Guitar": ELECTRIC_GUITARS}
"""What a plain word may stand for where its family is too wide: a sax is no harmonica."""
_NOT_PLAIN = frozenset({"Pedal Steel", "Guitar Harmonics"})
_WINDOW, _MIDDLE = 18, 70
_BREAKS_UP = frozenset({"Acoustic Guitar", "Nylon Guitar", "Electric Guitar", "Banjo", "Mandolin"})


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in the band: the style's part and the instrument that takes it."""

    part: StylePart
    instrument: Instrument
    asked: bool


def make_part(role: str, instrument: Instrument) -> StylePart:
    """Return a part for a role that the style does not know."""
    gain, pan, send, enter = _DEFAULTS[role]
    figure = _DEFAULT_FIGURE[role]
    if role == "chords" and instrument.name in _BREAKS_UP:
        figure = "strum"
    if role == "chords" and instrument.name in ("Distorted Guitar", "Overdriven Guitar"):
        figure = "power"
    return StylePart(role, (instrument.name,), figure, enter, gain, pan, send, None)


def cast(plan: SongPlan) -> list[Seat]:
    """Return the band. Everything asked for gets a seat, nothing unwanted does."""
    spec = plan.spec
    unwanted: tuple[str, ...] = tuple(spec.unwanted.value or ())
    only = bool(spec.instruments_only.value)
    asked = list(spec.instruments.value or ())
    parts = list(plan.style.parts)
    seats: list[Seat] = []
    if players := players_for(plan, [_instrument(request, parts) for request in asked]):
        seats = [_at_desk(plan, players, place) for place in range(len(players))]
        asked, parts, only = [], [], True
    for request in asked:
        instrument = _instrument(request, parts)
        part = _seat_for(instrument, parts, seats)
        if part in parts:
            parts.remove(part)
        # Who was asked for plays from early on.
        enter = min(part.enter, 0.3 if part.role not in ("lead", "vocal") else part.enter)
        seats.append(Seat(replace(part, enter=enter), instrument, True))
    if only:
        names = [seat.instrument.name for seat in seats]
        for part in parts:  # the style may give an asked player a second part
            own = next((name for name in part.instruments if name in names), None)
            if own is not None and part.role not in unwanted:
                seats.append(Seat(part, instruments()[own], True))
        seats += [] if players else _double(seats, unwanted)
    else:
        taken = {seat.instrument.name for seat in seats}
        rng = stream(plan.seed, "song", "band", "cast")
        for part in parts:
            names = [
                name
                for name in part.instruments
                if not is_ruled_out(instruments()[name], part.role, unwanted)
            ]
            weights = [3.0 if index == 0 else 1.0 for index in range(len(names))]
            draw = rng.random()
            if not names or part.role in unwanted:
                continue
            name = _weighted(names, weights, draw)
            if name in taken and any(seat.part.role == part.role for seat in seats):
                continue
            seats.append(Seat(part, instruments()[name], False))
    if plan.sheet is not None and not any(seat.part.role == "vocal" for seat in seats):
        voice = instruments()["Voice"]
        seats.insert(0, Seat(make_part("vocal", voice), voice, False))
    seats = _ordered(_with_harmony(seats, unwanted, only))
    if spec.register.asked:
        seats = [_in_register(seat, float(spec.register.value)) for seat in seats]
    return seats


def _at_desk(plan: SongPlan, players: list[Player], place: int) -> Seat:
    """The seat of a player of an ensemble: the tune on top, the bass below, parts between."""
    player, last = players[place], len(players) - 1
    sung = plan.sheet is not None and player.instrument.family == "voice"
    role = ("vocal" if sung else "lead") if not place else "bass" if place == last else "inner"
    # "No bass" in front of a choir means no player: its own low voice stays.
    inner = role == "inner" or role in (plan.spec.unwanted.value or ())
    part = make_part("counter_melody" if inner else role, player.instrument)
    # Half a circle, as ensembles sit; no line stands back behind the others.
    pan = round(-0.35 + 0.7 * place / max(1, last), 2)
    figure = part.figure if not place else FIGURE
    part = replace(part, figure=figure, enter=0.0, gain_db=-1.5 * bool(place), pan=pan)
    instrument = replace(player.instrument, name=player.name, low=player.low, high=player.high)
    return Seat(part, instrument, True)


def _in_register(seat: Seat, register: float) -> Seat:
    """Move the tune's part of the instrument's range: 0 is its low end, 1 its high one.

    The window of an octave and a half lies up to an octave and a half off the middle
    register of tunes, as far as the instrument goes.
    """
    if seat.part.role not in ("lead", "vocal"):
        return seat
    low, high = seat.instrument.low, seat.instrument.high
    if high - low <= _WINDOW:
        return seat
    middle = min(high, max(low, _MIDDLE)) if low <= _MIDDLE <= high else (low + high) / 2
    centre = round(middle + (register - 0.5) * 2 * _WINDOW)
    bottom = min(high - _WINDOW, max(low, centre - _WINDOW // 2))
    instrument = replace(seat.instrument, low=bottom, high=bottom + _WINDOW)
    return replace(seat, instrument=instrument)


def _weighted(names: list[str], weights: list[float], draw: float) -> str:
    total = sum(weights)
    position = draw * total
    for name, weight in zip(names, weights, strict=True):
        position -= weight
        if position < 0:
            return name
    return names[-1]


def _instrument(request: InstrumentRequest, parts: list[StylePart]) -> Instrument:
    """The instrument of a request; a plain word ("guitar") takes the style's own kind."""
    instrument = instruments().get(request.name)
    if instrument is None:
        base = instruments()["Drums" if request.percussion else "Piano"]
        roles = request.roles or base.roles
        return replace(
            base,
            name=request.name,
            program=request.program,
            bank=request.bank,
            roles=roles,
            percussion=request.percussion,
        )
    if not request.generic:
        return instrument
    kind = _KINDS.get(instrument.name)
    if kind is ELECTRIC_GUITARS and any(instrument.name in part.instruments for part in parts):
        return instrument
    # A player that leads its part in the style comes before one that may stand in there.
    own_first = [name for part in parts for name in part.instruments[:1]]
    for name in (*own_first, *(name for part in parts for name in part.instruments[1:])):
        own = instruments()[name]
        alike = name in kind if kind else own.family == instrument.family
        if alike and name not in _NOT_PLAIN and set(own.roles) & set(instrument.roles):
            return own
    return instrument


def _seat_for(instrument: Instrument, parts: list[StylePart], seats: list[Seat]) -> StylePart:
    """The style's part that suits an instrument best, or a new one."""
    for part in parts:  # the style itself gives it to this instrument
        if instrument.name in part.instruments and part.role in instrument.roles:
            return part
    filled = {seat.part.role for seat in seats}
    for role in instrument.roles:
        free = next((part for part in parts if part.role == role and role not in filled), None)
        if free is not None:
            return _suited(free, instrument)
    role = next((role for role in instrument.roles if role not in filled), instrument.roles[0])
    return make_part(role, instrument)


def _suited(part: StylePart, instrument: Instrument) -> StylePart:
    """Keep a part's place in the mix; change a figure that does not suit the instrument."""
    figure = part.figure
    if figure == "walking" and instrument.family != "bass":
        figure = "bass"
    if figure == "power" and instrument.family != "guitar":
        figure = "block"
    if figure == "strum" and instrument.family not in ("guitar", "plucked"):
        figure = "block"
    if figure in ("block", "stab") and instrument.name in _BREAKS_UP and figure == "block":
        figure = "strum"
    if figure == "block" and instrument.envelope == "sustain":
        figure = "sustain"
    if figure == part.figure:
        return part
    return replace(part, figure=figure, register=None, pattern="")


def _double(seats: list[Seat], unwanted: tuple[str, ...]) -> list[Seat]:
    """A closed band shares the work: someone must sing the tune, someone play the bass."""
    extra: list[Seat] = []
    roles = {seat.part.role for seat in seats}
    if not roles & {"lead", "vocal"} and "lead" not in unwanted:
        player = next((seat for seat in seats if "lead" in seat.instrument.roles), None) or next(
            (seat for seat in seats if seat.part.role in ("chords", "pad", "arpeggio")), None
        )
        if player is not None:
            extra.append(Seat(make_part("lead", player.instrument), player.instrument, True))
    pitched = [seat for seat in seats if not seat.instrument.percussion]
    comper = next((seat for seat in pitched if "chords" in seat.instrument.roles), None)
    silent = not roles & {"chords", "arpeggio", "pad"} and "chords" not in unwanted
    if comper is not None and silent:
        extra.append(Seat(make_part("chords", comper.instrument), comper.instrument, True))
    two_handed = ("Accordion", "Bandoneon", "Harp", "Marimba")
    keys = next(
        (
            seat
            for seat in seats
            if seat.instrument.family in ("keys", "organ") or seat.instrument.name in two_handed
        ),
        None,
    )
    if keys and "bass" not in roles and "bass" not in unwanted:
        part = replace(make_part("bass", keys.instrument), gain_db=-6.0, enter=0.0)
        extra.append(Seat(part, keys.instrument, True))
    return extra


def _with_harmony(seats: list[Seat], unwanted: tuple[str, ...], only: bool) -> list[Seat]:
    """Make sure that some chordal part plays from the first bar."""
    chordal = [seat for seat in seats if seat.part.role in ("chords", "pad", "arpeggio")]
    if chordal:
        lowest = min(chordal, key=lambda seat: seat.part.enter)
        if lowest.part.enter > 0:
            index = seats.index(lowest)
            seats[index] = replace(lowest, part=replace(lowest.part, enter=0.0))
    elif not only and "chords" not in unwanted:
        piano = instruments()["Piano"]
        if not is_ruled_out(piano, "chords", unwanted):
            seats.append(Seat(make_part("chords", piano), piano, False))
    if not chordal and seats:  # a duo or a solo line plays throughout
        seats = [replace(seat, part=replace(seat.part, enter=0.0)) for seat in seats]
    return seats


_ORDER = (
    "vocal",
    "lead",
    "counter_melody",
    "chords",
    "arpeggio",
    "pad",
    "bass",
    "drums",
    "percussion",
)


def _ordered(seats: list[Seat]) -> list[Seat]:
    return sorted(seats, key=lambda seat: _ORDER.index(seat.part.role))
