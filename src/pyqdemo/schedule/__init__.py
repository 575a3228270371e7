"""A schedule: what, with the program, is enough for the same run again.

Its text is short enough for a projector and can be typed without quotes in any shell::

    m1.3fa91c,seed=7,producers=2:0x5,1x3,2,1.2x2

``m1`` is the version of the models, ``3fa91c`` the beginning of the program's digest. Then
come the settings that are not at their defaults, and behind the colon the choices: task
``0`` five times, ``0.1`` three times, ``0.2`` once, ``0.1.2`` twice. The ``0.`` that nearly
every id begins with is left out.
"""

from pyqdemo.schedule.made import MAX_STEPS, Schedule, check, schedule_of
from pyqdemo.schedule.text import from_text, to_text

__all__ = ["MAX_STEPS", "Schedule", "check", "from_text", "schedule_of", "to_text"]
