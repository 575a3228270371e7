"""A trace on disk: JSON Lines, one record to a line, described in docs/trace-format.md.

What is written here can be read here. A file is data and nothing else: reading it never
runs anything, and a file that is not whole, not ours or not sound gives one TraceError.
"""

from pyqdemo.codec.reading import read_records, read_trace
from pyqdemo.codec.writing import encode_record, ensure_writable, write_trace

__all__ = ["encode_record", "ensure_writable", "read_records", "read_trace", "write_trace"]
