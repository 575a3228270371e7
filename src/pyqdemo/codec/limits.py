"""How big a trace's file and its lines may be."""

__all__ = ["FILE_BYTES", "LINE_BYTES", "NANOSECONDS"]

LINE_BYTES = 1 << 20  # with its newline
FILE_BYTES = 2 << 30  # unless the caller asks for more
NANOSECONDS = 1 << 63  # a time is less than this: 292 years
