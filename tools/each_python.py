"""Runs the tests on every CPython 3.11 to 3.14 found here, and names those not found.

Looked at: ``python3.N`` on PATH, then ``~/.pyenv/versions``. Each gets an environment of
its own (``.venv-3.N``). Exits 1 if the tests failed on one of them or none was found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

MINORS = range(11, 15)


def candidates(minor: int) -> list[Path]:
    """Interpreters that may be CPython 3.minor, the likeliest first."""
    on_path = shutil.which(f"python3.{minor}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(pyenv.glob(f"3.{minor}.*/bin/python3"), key=patch_level, reverse=True)
    return ([Path(on_path)] if on_path else []) + kept


def patch_level(interpreter: Path) -> int:
    """7 of ``…/3.11.7/bin/python3``; names that are no release come last."""
    last = interpreter.parts[-3].rpartition(".")[2]
    return int(last) if last.isdecimal() else -1


def works(interpreter: Path, minor: int) -> bool:
    """Whether it starts and is CPython 3.minor (a pyenv shim may be neither)."""
    told = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    try:
        answer = subprocess.run([interpreter, "-c", told], capture_output=True, text=True)
    except OSError:
        return False
    return answer.stdout.split() == ["cpython", "3", str(minor)]


def run_tests(minor: int) -> str:
    """``passed``, ``FAILED`` or ``not found``, with the interpreter."""
    for interpreter in candidates(minor):
        if works(interpreter, minor):
            print(f"\n== Python 3.{minor}: {interpreter}", flush=True)
            told = [
                "make",
                "--no-print-directory",
                "test",
                f"PYTHON={interpreter}",
                f"VENV=.venv-3.{minor}",
            ]
            done = subprocess.run(told, cwd=Path(__file__).parent.parent)
            return f"{'FAILED' if done.returncode else 'passed'}   {interpreter}"
    return "not found"


def main() -> int:
    results = {minor: run_tests(minor) for minor in MINORS}
    print()
    for minor, result in results.items():
        print(f"3.{minor}  {result}")
    bad = any(result.startswith("FAILED") for result in results.values())
    nothing = all(result == "not found" for result in results.values())
    return 1 if bad or nothing else 0


if __name__ == "__main__":
    sys.exit(main())
