"""Operations on a finished score: vary, write anew, transpose, move sections, and more."""

from compositions.composer.operations import (  # noqa: F401 - they register themselves
    align,
    feel,
    form,
    harmony,
    infill,
    meter,
    pitch,
    second_voice,
    shape,
    tempo,
    tracks,
    vary,
    words,
)
from compositions.composer.operations.base import (
    Operation,
    OperationError,
    Result,
    apply_operation,
    apply_operations,
    kinds,
)
from compositions.composer.operations.explaining import explain
from compositions.composer.operations.sentences import EXAMPLES, Reading, read_request

__all__ = [
    "EXAMPLES",
    "Operation",
    "OperationError",
    "Reading",
    "Result",
    "apply_operation",
    "apply_operations",
    "explain",
    "kinds",
    "read_request",
]
