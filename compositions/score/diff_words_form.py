"""The form told in words: sections that moved, came, went, were repeated, and what they hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from compositions.score.diff import ADD, REMOVE, SET
from compositions.score.diff_words_facts import Comparison, Fact, Item, Rank, Side, told
from compositions.score.diff_words_phrases import count, length_words, listing, movers
from compositions.score.diff_words_sections import Repeats
from compositions.score.document import TICKS_PER_QUARTER
from compositions.score.entities import SECTION_KIND, Kind

_UPBEAT = TICKS_PER_QUARTER
"""Notes this much ahead of a section may belong to it."""
_TIMED = {
    Kind.NOTE: "start",
    Kind.CHORD: "start",
    Kind.AUTOMATION: "tick",
    Kind.TEMPO: "tick",
    Kind.METER: "tick",
    Kind.KEY: "tick",
}
"""What sections hold, with the field that says when."""
_OF_THE_SONG = (Kind.TEMPO, Kind.METER, Kind.KEY)
"""At tick 0 these belong to the song and to no section."""
_LOOKS = ("start", "duration", "label", SECTION_KIND)


def tell_form(comparison: Comparison) -> None:
    """Tell how the form changed, with all that moved, came and went with its sections.

    A section that moved takes along what moved by just as much, and pushes others about: all
    of it is one sentence. So is a section that went with most of its notes; where they stay,
    only the mark of the section went.
    """
    if comparison.of(Kind.SECTION):
        _Form(comparison).tell()


class _Form:
    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.before, self.after = comparison.before, comparison.after
        self.items = {item.id: item for item in comparison.of(Kind.SECTION)}
        # What goes with a whole track is told there.
        self.tracks = [track for track in self.before.tracks if track in set(self.after.tracks)]
        self.causes: list[tuple[int, Fact]] = []
        """What moved others in time: where its effect begins, and the fact."""
        self.movers: dict[str, Fact] = {}
        self.repeats = Repeats(comparison)

    def tell(self) -> None:
        self._entered_anew()
        removed = self._runs(self.before.sections, REMOVE)
        for run in removed:
            self._removed(run)
        for run in self._added_runs():
            self._added(run)
        self._moved()
        for item in self.items.values():
            if item.action == SET and "duration" in item.names:
                self._resized(item)
        self._shifted()
        self._carry_along()

    def _entered_anew(self) -> None:
        """Sections that gave way to the very same: a song composed again in its old form."""

        def looks(item: Item) -> tuple[Any, ...]:
            return tuple(item.fields.get(name) for name in _LOOKS)

        gone = {looks(item): item for item in self.items.values() if item.action == REMOVE}
        again: list[Item] = []
        for item in list(self.items.values()):
            if item.action == ADD and looks(item) in gone:
                again += [item, gone.pop(looks(item))]
        if again:
            words = f"{count(len(again) // 2, 'section')} entered anew, the same as before"
            fact = self._fact(self.after, [item.id for item in again[::2]], SET, words)
            fact.rank, fact.ids = Rank.REST, told(again)
            for item in again:
                del self.items[item.id]

    def _runs(self, order: Sequence[str], action: str) -> list[list[str]]:
        """Neighbouring sections with this action."""
        runs: list[list[str]] = []
        neighbour = False
        for key in order:
            meant = key in self.items and self.items[key].action == action
            if meant and neighbour:
                runs[-1].append(key)
            elif meant:
                runs.append([key])
            neighbour = meant
        return runs

    def _inside(self, side: Side, run: Sequence[str], action: str) -> Iterator[Item]:
        """What was added or removed inside sections, track by track still there."""
        wanted = set(run)
        for kind, name in _TIMED.items():
            for item in self.comparison.of(kind, action):
                if item.fields[name] == 0 and kind in _OF_THE_SONG:
                    continue
                track = item.fields.get("track")
                if track is not None and track not in self.tracks:
                    continue
                if side.section_at(item.fields[name]) in wanted and self._covers(
                    side, item.fields[name]
                ):
                    yield item

    def _covers(self, side: Side, tick: int) -> bool:
        section = side.entities[side.section_at(tick)]
        return bool(tick < section["start"] + section["duration"])

    def _notes_in(self, side: Side, run: Sequence[str]) -> int:
        spans = (side.entities[key] for key in run)
        return sum(
            side.notes_between(span["start"], span["start"] + span["duration"], self.tracks)
            for span in spans
        )

    def _size(self, side: Side, run: Sequence[str], notes: int) -> str:
        spans = [side.span_bars(side.entities[key]) for key in run]
        words = [count(sum(last - first + 1 for first, last in spans), "bar")]
        if notes:
            words.append(count(notes, "note"))
        return f"({', '.join(words)})"

    def _fact(self, side: Side, run: Sequence[str], action: str, phrase: str) -> Fact:
        first, last = side.entities[run[0]], side.entities[run[-1]]
        bars = (side.span_bars(first)[0], side.span_bars(last)[1])
        fact = Fact(Rank.FORM, Kind.SECTION, action, phrase, list(run), bars=bars)
        self.comparison.tell(fact)
        return fact

    def _contents(self, side: Side, run: Sequence[str], action: str) -> tuple[list[Item], int, int]:
        """What came or went with sections, how many notes that is, and of how many."""
        inside = list(self._inside(side, run, action))
        notes = sum(item.kind == Kind.NOTE for item in inside)
        return inside, notes, self._notes_in(side, run)

    def _take(self, fact: Fact, inside: list[Item], run: Sequence[str]) -> None:
        fact.ids += told(inside)
        fact.ids += self.comparison.take_syllables(inside)
        wanted = set(run)
        for line in self.comparison.of(Kind.LINE, fact.action):
            if line.fields.get("section_id") in wanted:
                fact.ids += told([line])

    def _removed(self, run: list[str]) -> None:
        inside, gone, total = self._contents(self.before, run, REMOVE)
        labels = [self.before.label(key) for key in run]
        told(self.items[key] for key in run)
        if total and gone * 2 < total:
            words = f"Section {'mark' if len(run) == 1 else 'marks'} {listing(labels)} removed"
            fact = self._fact(self.before, run, REMOVE, words)
        else:
            size = self._size(self.before, run, gone)
            fact = self._fact(self.before, run, REMOVE, f"{listing(labels)} removed {size}")
            self._take(fact, inside, run)
        orphans = [
            line
            for line in self.comparison.of(Kind.LINE, SET)
            if "section_id" in line.names
            and line.old.get("section_id") in run
            and not line.new.get("section_id")
        ]
        fact.ids += told(orphans, "section_id")
        last = self.before.sections.index(run[-1])
        later = [key for key in self.before.sections[last:] if key in self.after.sections]
        self.causes.append((self.after.entities[later[0]]["start"] if later else 0, fact))

    def _added_runs(self) -> Iterator[list[str]]:
        """Runs of added sections; one that repeats another is by itself."""
        for run in self._runs(self.after.sections, ADD):
            rest: list[str] = []
            for key in run:
                if self.repeats.source(key):
                    if rest:
                        yield rest
                    yield [key]
                    rest = []
                else:
                    rest.append(key)
            if rest:
                yield rest

    def _added(self, run: list[str]) -> None:
        inside, come, total = self._contents(self.after, run, ADD)
        labels = [self.after.label(key) for key in run]
        told(self.items[key] for key in run)
        if total and come * 2 < total:
            what = "as a section" if len(run) == 1 else "as sections"
            self._fact(self.after, run, ADD, f"{listing(labels)} marked {what}")
            return
        words = f"{listing(labels)} added"
        source = self.repeats.source(run[0]) if come else ""
        if source:
            old, new = (self.after.entities[key].get("label") for key in (source, run[0]))
            words = f"{self.after.label(source)} repeated as {labels[0]}"
            if old == new:
                words = f"{old or self.after.label(source)} repeated"
        where = self._where(run, "at the end")
        size = self._size(self.after, run, come)
        fact = self._fact(self.after, run, ADD, f"{words}{where} {size}")
        self._take(fact, inside, run)
        self.causes.append((self.after.entities[run[0]]["start"], fact))

    def _where(self, run: Sequence[str], end: str) -> str:
        order = self.after.sections
        place = order.index(run[-1]) + 1
        if place < len(order):
            return f" before {self.after.label(order[place])}"
        return f" {end}" if len(run) < len(order) else ""

    def _moved(self) -> None:
        moved = movers(self.before.sections, self.after.sections)
        run: list[str] = []
        runs: list[list[str]] = []
        places = {key: place for place, key in enumerate(self.before.sections)}
        for key in self.after.sections:
            if run and (key not in moved or places[key] != places[run[-1]] + 1):
                runs.append(run)
                run = []
            if key in moved:
                run.append(key)
        for block in [*runs, run]:
            keys = [key for key in block if key in self.items]
            if not keys:
                continue
            labels = listing([self.after.label(key) for key in block])
            words = f"{labels} moved{self._where(block, 'to the end')}"
            fact = self._fact(self.after, keys, SET, words)
            self.movers |= dict.fromkeys(keys, fact)
            told((self.items[key] for key in keys), "start")
            self.causes.append((self.after.entities[keys[0]]["start"], fact))

    def _resized(self, item: Item) -> None:
        sizes = []
        for side in (self.after, self.before):
            first, last = side.span_bars(side.entities[item.id])
            sizes.append(last - first + 1)
        if sizes[0] != sizes[1]:
            words = f"{self.after.label(item.id)} is {count(sizes[0], 'bar')} long, was {sizes[1]}"
        else:
            way = "longer" if item.step("duration") > 0 else "shorter"
            words = f"{self.after.label(item.id)} is {length_words(item.step('duration'))} {way}"
        fact = self._fact(self.after, [item.id], SET, words)
        told([item], "duration")
        self.causes.append((item.new["start"] + 1, fact))

    def _gap(self, side: Side, key: str) -> int:
        """Ticks between the end of the section ahead and this one."""
        place = side.sections.index(key)
        ahead = side.entities[side.sections[place - 1]] if place else None
        end = ahead["start"] + ahead["duration"] if ahead else 0
        return int(side.entities[key]["start"] - end)

    def _shifted(self) -> None:
        """Sections that begin elsewhere though nothing ahead of them pushed them."""
        runs: list[list[str]] = []
        neighbour = False
        for key in self.after.sections:
            item = self.items.get(key)
            if item is None or item.action != SET or "start" not in item.names:
                neighbour = False
                continue
            pushed = self._gap(self.before, key) == self._gap(self.after, key)
            if not pushed or not (runs or self.causes):
                runs.append([key])
                neighbour = True
            elif neighbour and item.step("start") == self.items[runs[-1][0]].step("start"):
                runs[-1].append(key)
            else:
                neighbour = False
        for run in runs:
            self._shift(run)

    def _shift(self, run: list[str]) -> None:
        item = self.items[run[0]]
        step = item.step("start")
        length = length_words(step, self.before.bar_ticks([item.old["start"]]))
        words = f"{self.after.label(item.id)} starts {length}"
        if len(run) > 1 and run[-1] == self.after.sections[-1]:
            words = f"Everything from {self.after.label(item.id)} on moved {length}"
        fact = self._fact(self.after, run, SET, f"{words} {'later' if step > 0 else 'earlier'}")
        self.movers |= dict.fromkeys(run, fact)
        self.causes.append((item.new["start"], fact))

    def _cause(self, key: str) -> Fact:
        """The fact that accounts for where a section is now."""
        if key in self.movers:
            return self.movers[key]
        start = self.after.entities[key]["start"]
        causes = sorted(self.causes, key=lambda entry: entry[0])
        return next((fact for tick, fact in reversed(causes) if tick <= start), causes[0][1])

    def _carry_along(self) -> None:
        """Account for all that moved by as much as its section, and for what stays behind."""
        steps: dict[str, int] = {}
        facts: dict[str, Fact] = {}
        for key, item in self.items.items():
            if item.action == SET and item.old["start"] != item.new["start"]:
                steps[key] = item.step("start")
                facts[key] = self._cause(key)
                facts[key].ids += [key] if key not in facts[key].ids else []
                told([item], "start")
        if not steps:
            return
        left = self._not_as_they_were()
        for kind, name in _TIMED.items():
            for item in self.comparison.of(kind, SET):
                key = self._owner(item, name, steps)
                if key:
                    facts[key].ids += told([item], name)
        self._tell_what_stays(left)

    def _not_as_they_were(self) -> Counter[str]:
        """How many notes of each section went or begin elsewhere now."""
        left: Counter[str] = Counter()
        for item in self.comparison.of(Kind.NOTE):
            gone = item.action == REMOVE or (item.action == SET and "start" in item.names)
            if gone and item.old["track"] in self.tracks:
                left[self.before.section_at(item.old["start"])] += 1
        return left

    def _owner(self, item: Item, name: str, steps: dict[str, int]) -> str:
        """The section that an item moved with, empty where it did not."""
        if name not in item.names:
            return ""
        step = item.step(name)
        for upbeat in (0, _UPBEAT):
            key = self.before.section_at(item.old[name], upbeat)
            if steps.get(key) == step:
                return key
        return ""

    def _tell_what_stays(self, left: Counter[str]) -> None:
        """Say of sections that moved by themselves which of their notes did not."""
        counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        moved = {id(fact): fact for fact in self.movers.values()}
        for key, fact in self.movers.items():
            total = self._notes_in(self.before, [key])
            counts[id(fact)][0] += total
            counts[id(fact)][1] += max(0, total - left[key])
        for place, (total, stay) in counts.items():
            if stay == total and total:
                moved[place].phrase += "; the notes stay"
            elif stay:
                moved[place].phrase += f"; {count(stay, 'note')} {'stays' if stay == 1 else 'stay'}"
