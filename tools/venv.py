"""Makes a virtual environment, or says in one line why it cannot.

    python3 tools/venv.py .venv

An environment that has pip and the same Python version as the one asked for is kept
as it is. The syntax stays old on purpose: a Python that is too old must be able to
read this far and say so.
"""

import os
import subprocess
import sys

NEEDED = (3, 11)


def problem():
    """What keeps this Python from making an environment, in one line, or None."""
    version = "%d.%d.%d" % sys.version_info[:3]
    if sys.version_info < NEEDED:
        return (
            "pyqdemo needs Python %d.%d or newer; %s is Python %s. "
            "Name another: make demo PYTHON=python3.12"
        ) % (NEEDED + (sys.executable, version))
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return (
            "%s (Python %s) cannot make virtual environments. On Debian and Ubuntu: "
            "sudo apt install python3-venv; elsewhere name another: make demo PYTHON=python3.12"
        ) % (sys.executable, version)
    return None


def fits(python):
    """Whether the environment's interpreter has pip and our version."""
    told = "import pip, sys; print(sys.version)"
    try:
        answer = subprocess.check_output([python, "-c", told], stderr=subprocess.STDOUT)
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer.decode().strip() == sys.version


def main(folder):
    wrong = problem()
    if wrong:
        return wrong
    scripts = "Scripts" if os.name == "nt" else "bin"
    if fits(os.path.join(folder, scripts, "python")):
        return None
    failed = subprocess.call([sys.executable, "-m", "venv", "--clear", folder])
    if failed:
        return failed
    # A pip older than 25 writes launchers that load `re`: half of what --version takes.
    # Without a network the old one does.
    newer = [os.path.join(folder, scripts, "python"), "-m", "pip", "install", "-q", "-U", "pip"]
    subprocess.call(newer, stderr=subprocess.DEVNULL)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
