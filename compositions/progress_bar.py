"""Progress on a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from tqdm import tqdm


class ProgressBar:
    """Shows a fraction and a step name on standard error when that is a terminal."""

    def __enter__(self) -> Self:
        self._bar = tqdm(
            total=100,
            disable=not sys.stderr.isatty(),
            leave=False,
            bar_format="{desc:<12}{bar} {percentage:3.0f} %",
        )
        return self

    def __call__(self, fraction: float, step: str) -> None:
        """Show ``fraction`` (0..1) of the work done, and the step at work."""
        self._bar.set_description_str(step, refresh=False)
        self._bar.update(max(0, round(fraction * 100) - self._bar.n))

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()
