"""Runs and explorations inside tests: what the pytest fixture ``lab`` is.

``Lab`` carries programs out for one test. What it explores comes back as a ``LabReport``, of
which the test can claim that it is proved, or that it fails.
"""

from pyqdemo.testing.claims import LabReport
from pyqdemo.testing.lab import Lab
from pyqdemo.testing.records import Case

__all__ = ["Case", "Lab", "LabReport"]
