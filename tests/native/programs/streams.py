"""What a program may do to its streams."""

import io
import sys

print("plain", end="")
print("", 1, None, sep="-", file=sys.stdout, flush=True)
print(sys.stdout.name, sys.stdout.mode, sys.stdout.fileno(), sys.stdout.isatty())
print(sys.stdout.writable(), sys.stdout.readable(), sys.stdout.line_buffering)
print(sys.stderr.name, sys.stderr.errors, sys.stderr.line_buffering)
sys.stdout.write("written\n")
sys.stdout.writelines(["a\n", "b\n"])
sys.stdout.flush()
sys.stdout.buffer.write(b"bytes\n")
sys.stdout.buffer.flush()
try:
    sys.stdout.write(5)
except TypeError as error:
    print("TypeError", error)
try:
    print("\ud800")
except UnicodeEncodeError as error:
    print(error.reason)
print("nul \0 and 中文, \x1b[0m", "x" * 20_000)
try:
    input()
except EOFError:
    print("no input")
kept, sys.stdout = sys.stdout, io.StringIO()
print("hidden")
sys.stdout = kept
sys.stdout.reconfigure(line_buffering=True)
print("last", sys.stdout.line_buffering)
sys.stdout.close()
