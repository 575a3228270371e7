"""How long a command takes to answer, as whole processes beside what they are measured by.

``--help`` on a pipe beside a Typer program of one command, ``--version`` beside a bare
``python -c pass``. Run: ``make bench`` or ``python benchmarks/startup.py``.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ONE_COMMAND = """
import typer

app = typer.Typer()


@app.command()
def main(name: str = "you") -> None:
    print(name)


app()
"""


def seconds(command: list[str]) -> float:
    began = perf_counter()
    subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    python = sys.executable
    pyqdemo = str(Path(python).with_name("pyqdemo"))
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one.py"
        one.write_text(ONE_COMMAND, encoding="utf-8")
        pairs = {
            "pyqdemo --help / one Typer command's": (
                1.2,
                [python, str(one), "--help"],
                [pyqdemo, "--help"],
            ),
            "pyqdemo --version / python -c pass": (
                1.5,
                [python, "-c", "pass"],
                [pyqdemo, "--version"],
            ),
        }
        print(f"median of {rounds} rounds, stdout a pipe")
        for name, (bound, measure, ours) in pairs.items():
            taken = [(seconds(measure), seconds(ours)) for _ in range(rounds)]
            base, own = (statistics.median(side) for side in zip(*taken, strict=True))
            print(
                f"{name:38} {own * 1000:5.0f} ms / {base * 1000:5.0f} ms  "
                f"ratio {own / base:4.2f}, at most {bound}"
            )


if __name__ == "__main__":
    main()
