"""Travel matrices: lists of lists, checked fast and strictly, kept as read-only integer arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from dispatch_engine.errors import InputError
from dispatch_engine.model.base import refuse, shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_WAY = -1
"""Entry of a place that cannot be reached; null in the JSON."""

MAX_SECONDS = 864_000
"""Ten days: the longest drive of a matrix."""
MAX_METERS = 100_000_000
MAX_PLACES = 20_000

_JSON_SCHEMA = {
    "type": "array",
    "items": {"type": "array", "items": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}},
}


def _checked(limit: int) -> BeforeValidator:
    def check(value: object) -> object:
        return to_array(value, limit)

    return BeforeValidator(check)


def to_array(value: object, limit: int) -> NDArray[np.int32] | None:
    """A square read-only int32 array, null as ``NO_WAY``.

    Parameters
    ----------
    value : list of lists of integers and None, or an integer array in which ``NO_WAY`` stands for null.
    limit : largest entry allowed.

    Raises
    ------
    PydanticCustomError
        Codes ``wrong_type``, ``matrix_not_square``, ``out_of_range``, with row and column in the pointer.
    """
    import numpy as np

    if value is None:
        return None
    if isinstance(value, list | tuple):
        array = _array_of_rows(value, limit)
    elif isinstance(value, np.ndarray):
        array = _array_of_array(value, limit)
    else:
        raise refuse("wrong_type", f"{shown(value)} is no matrix; give a list of rows")
    array.setflags(write=False)
    return array


def _array_of_rows(rows: list[Any] | tuple[Any, ...], limit: int) -> NDArray[np.int32]:
    import numpy as np

    _refuse_size(len(rows))
    array = np.empty((len(rows), len(rows)), np.int32)
    for number, row in enumerate(rows):
        if not isinstance(row, list | tuple):
            raise refuse("wrong_type", f"{shown(row)} is no row; give a list of integers and nulls", number)
        if len(row) != len(rows):
            message = f"has {len(row)} entries in a matrix of {len(rows)} rows; a matrix must be square"
            raise refuse("matrix_not_square", message, number)
        array[number] = _row(row, number, limit)
    return array


def _row(row: list[Any] | tuple[Any, ...], number: int, limit: int) -> list[int]:
    types = set(map(type, row))
    if not types <= {int, type(None)}:
        column = next(c for c, entry in enumerate(row) if type(entry) not in (int, type(None)))
        message = f"{shown(row[column])} is neither a whole number nor null"
        raise refuse("wrong_type", message, number, column)
    numbers = row if types == {int} else [entry for entry in row if entry is not None]
    if numbers and not (min(numbers) >= 0 and max(numbers) <= limit):
        column = next(c for c, entry in enumerate(row) if entry is not None and not 0 <= entry <= limit)
        message = f"{shown(row[column])} is out of range; use 0 to {limit}, or null where there is no way"
        raise refuse("out_of_range", message, number, column)
    return list(row) if types == {int} else [NO_WAY if entry is None else entry for entry in row]


def _array_of_array(array: NDArray[Any], limit: int) -> NDArray[np.int32]:
    import numpy as np

    if array.dtype.kind not in "iu":
        raise refuse("wrong_type", f"the array holds {array.dtype}; it must hold integers")
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise refuse("matrix_not_square", f"the array has the shape {array.shape}; a matrix must be square")
    _refuse_size(len(array))
    if array.size and not (int(array.min()) >= NO_WAY and int(array.max()) <= limit):
        row, column = (int(i) for i in np.argwhere((array < NO_WAY) | (array > limit))[0])
        message = f"{array[row, column]} is out of range; use 0 to {limit}, or {NO_WAY} where there is no way"
        raise refuse("out_of_range", message, row, column)
    return array.astype(np.int32)


def _refuse_size(places: int) -> None:
    if places > MAX_PLACES:
        raise refuse("too_large", f"the matrix has {places} places, more than {MAX_PLACES}")


def read_matrix(path: Path) -> NDArray[Any]:
    """The array of a ``.npy`` file. Raises InputError with code ``not_a_file`` or ``bad_matrix_file``."""
    import numpy as np

    try:
        if path.exists() and not path.is_file():
            raise IsADirectoryError
        # Mapped, not read: a header that claims more than the file holds is refused without taking memory.
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        message = f"{shown(str(path))} does not exist or is no file; check the path"
        raise InputError.of("", "not_a_file", message) from None
    except (OSError, ValueError, EOFError, MemoryError, OverflowError):
        array = None
    if not isinstance(array, np.ndarray):
        message = f"{shown(str(path))} is no .npy file of integers; write it with numpy.save"
        raise InputError.of("", "bad_matrix_file", message)
    return array


def to_lists(array: NDArray[np.int32] | None) -> list[list[int | None]] | None:
    """The matrix as the JSON knows it."""
    if array is None:
        return None
    return [[None if entry < 0 else entry for entry in row] for row in array.tolist()]


def same(one: NDArray[np.int32] | None, other: NDArray[np.int32] | None) -> bool:
    """Whether two matrices, or their absence, are equal."""
    import numpy as np

    if one is None or other is None:
        return one is other
    return bool(np.array_equal(one, other))


if TYPE_CHECKING:
    DurationMatrix = NDArray[np.int32]
    DistanceMatrix = NDArray[np.int32]
else:
    # Any at run time: numpy is then imported only where there is a matrix.
    _to_json = PlainSerializer(to_lists, when_used="json")
    DurationMatrix = Annotated[Any, _checked(MAX_SECONDS), _to_json, WithJsonSchema(_JSON_SCHEMA)]
    DistanceMatrix = Annotated[Any, _checked(MAX_METERS), _to_json, WithJsonSchema(_JSON_SCHEMA)]
