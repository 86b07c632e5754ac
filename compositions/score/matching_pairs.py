"""Finds which entities of one list are those of another: exactly, shifted, nearest.

Every function pairs what is still free in a :class:`Pairing`; calling them from the strict to
the loose gives each entity its best partner.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from compositions.score.entities import Fields

Key = Callable[[Fields], Any]

_MOST_ALIKE = 8
_MOST_SHIFTS = 4
_FEWEST_VOTES = 3
_SHARE_OF_VOTES = 0.1
_MOST_NEIGHBOURS = 12


class Pairing:
    """Pairs of the items of two lists, by index; ``partner`` leads from the new to the old."""

    def __init__(self, old: Sequence[Fields], new: Sequence[Fields]) -> None:
        self.old, self.new = old, new
        self.partner: dict[int, int] = {}
        self._free_old = dict.fromkeys(range(len(old)))
        self._free_new = dict.fromkeys(range(len(new)))
        # Ids are minted once: where a file brings some back, they are the surest sign.
        self.same(itemgetter("id"))

    @property
    def free_old(self) -> list[int]:
        """Indexes of old items without a partner, in their order."""
        return list(self._free_old)

    @property
    def free_new(self) -> list[int]:
        """Indexes of new items without a partner, in their order."""
        return list(self._free_new)

    def pair(self, new: int, old: int) -> None:
        """Make two free items partners."""
        self.partner[new] = old
        del self._free_new[new]
        del self._free_old[old]

    def is_free(self, new: int, old: int) -> bool:
        """Tell whether neither has a partner."""
        return new in self._free_new and old in self._free_old

    def same(self, key: Key, new_key: Key | None = None) -> None:
        """Pair items with an equal key, in their order; ``None`` is equal to nothing."""
        waiting: dict[Any, list[int]] = {}
        for index in reversed(self._free_old):
            value = key(self.old[index])
            if value is not None:
                waiting.setdefault(value, []).append(index)
        if not waiting:
            return
        for index in self.free_new:
            found = waiting.get((new_key or key)(self.new[index]))
            if found:
                self.pair(index, found.pop())

    def only(self, key: Key) -> None:
        """Pair items whose key nobody else has."""
        olds, news = (
            self._by_key(items, free, key)
            for items, free in ((self.old, self._free_old), (self.new, self._free_new))
        )
        for value, indexes in news.items():
            others = olds.get(value, ())
            if value is not None and len(indexes) == len(others) == 1:
                self.pair(indexes[0], others[0])

    def shifted(self, key: Key, field: str) -> None:
        """Pair items that have an equal key and are all off by one amount in ``field``.

        The amounts that most items agree on are taken: four bars put in before, a track
        transposed by two. An amount needs a tenth of the free items, and three at least.
        """
        for _ in range(_MOST_SHIFTS):
            votes: Counter[int] = Counter()
            olds = self._by_key(self.old, self._free_old, key)
            for value, indexes in self._by_key(self.new, self._free_new, key).items():
                for one in indexes[:_MOST_ALIKE]:
                    for other in olds.get(value, ())[:_MOST_ALIKE]:
                        votes[self.new[one][field] - self.old[other][field]] += 1
            needed = _SHARE_OF_VOTES * min(len(self._free_old), len(self._free_new))
            if not votes:
                return
            shift, count = max(votes.items(), key=lambda entry: (entry[1], -abs(entry[0])))
            if count < max(_FEWEST_VOTES, needed):
                return

            def there(item: Fields, shift: int = shift) -> Any:
                return (key(item), item[field] + shift)

            def here(item: Fields) -> Any:
                return (key(item), item[field])

            self.same(there, here)

    def nearest(
        self,
        place: Callable[[Fields], int],
        reach: int,
        cost: Callable[[Fields, Fields], float] | None = None,
        most: float = float("inf"),
        group: Key = lambda item: None,
    ) -> None:
        """Pair items whose places are at most ``reach`` apart, the cheapest pairs first.

        Without ``cost`` the closest are the cheapest; pairs that cost more than ``most`` are
        not made. Only items with an equal ``group`` are compared, and of many the closest.
        """
        pairs: list[tuple[float, int, int]] = []
        olds = self._by_key(self.old, self._free_old, group)
        for value, indexes in self._by_key(self.new, self._free_new, group).items():
            others = sorted((place(self.old[index]), index) for index in olds.get(value, ()))
            for one in indexes:
                item = self.new[one]
                here = place(item)
                middle = bisect_left(others, (here, 0))
                first = max(0, middle - _MOST_NEIGHBOURS)
                for there, other in others[first : middle + _MOST_NEIGHBOURS]:
                    apart = abs(there - here)
                    if apart <= reach:
                        price = cost(self.old[other], item) if cost else apart
                        if price <= most:
                            pairs.append((price, one, other))
        pairs.sort()
        for _, one, other in pairs:
            if self.is_free(one, other):
                self.pair(one, other)

    @staticmethod
    def _by_key(items: Sequence[Fields], free: dict[int, None], key: Key) -> dict[Any, list[int]]:
        found: dict[Any, list[int]] = {}
        for index in free:
            found.setdefault(key(items[index]), []).append(index)
        return found
