"""How ``multiprocessing`` sends a message: its size first, then its bytes.

**Source**: CPython, ``Lib/multiprocessing/connection.py``, ``Connection._send_bytes``.
"""

from __future__ import annotations

import struct

__all__ = ["LARGE_SIZE", "SIZE", "SIZE_IS_LARGE", "sizes_of", "writes_of"]

SIZE, LARGE_SIZE = "!i", "!Q"  # formats of a size, and of one that the first is too small for
SIZE_IS_LARGE = -1  # stands where the size would be, if that comes next in the other format

_APART = 16_384  # bytes of a message above which its size is written apart
_LARGE = 0x7FFFFFFF  # above which its size is large


def writes_of(data: bytes) -> list[bytes]:
    """What is written one after another for a message."""
    size = len(data)
    if size > _LARGE:
        return [struct.pack(SIZE, SIZE_IS_LARGE), struct.pack(LARGE_SIZE, size), data]
    told = struct.pack(SIZE, size)
    return [told, data] if size > _APART else [told + data]


def sizes_of(size: int) -> list[int]:
    """How many bytes each of those writes has, for a message of so many."""
    if size > _LARGE:
        return [struct.calcsize(SIZE), struct.calcsize(LARGE_SIZE), size]
    told = struct.calcsize(SIZE)
    return [told, size] if size > _APART else [told + size]
