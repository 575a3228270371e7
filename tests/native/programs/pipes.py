"""Every call on the ends of multiprocessing.Pipe; prints what came back."""

import multiprocessing as mp


def attempt(call, *args, **kwargs):
    try:
        print(call.__name__, args, kwargs, "->", call(*args, **kwargs))
    except (EOFError, OSError, ValueError, TypeError) as error:
        print(call.__name__, args, kwargs, "raised", type(error).__name__, error)


def one_way():
    reader, writer = mp.Pipe(duplex=False)
    attempt(writer.send, "a")
    attempt(reader.poll)
    attempt(reader.recv)
    attempt(reader.poll, 0.01)
    attempt(writer.send_bytes, b"0123456789", 2, 5)
    attempt(reader.recv_bytes)
    attempt(writer.send_bytes, b"abc")
    room = bytearray(5)
    attempt(reader.recv_bytes_into, room, 1)
    print(room)
    attempt(writer.send_bytes, b"abcdef")
    try:
        reader.recv_bytes_into(bytearray(2))
    except mp.BufferTooShort as error:
        print("too short", error.args)
    attempt(reader.send, "x")
    attempt(writer.recv)
    print(reader.readable, reader.writable, reader.closed)
    attempt(writer.close)
    attempt(reader.recv)
    attempt(reader.close)
    attempt(reader.recv)
    attempt(reader.poll)
    print(reader.closed)


def two_ways():
    left, right = mp.Pipe()
    with left:
        attempt(left.send, "ping")
        attempt(right.recv)
        attempt(right.send, "pong")
        attempt(left.recv)
    attempt(right.recv)
    attempt(right.send, "late")
    right.close()


def too_long():
    reader, writer = mp.Pipe(False)
    attempt(writer.send_bytes, b"abcdef")
    attempt(reader.recv_bytes, 2)


one_way()
two_ways()
too_long()
