"""A fork server and what its processes say hello to, from their beginning to their end."""

from __future__ import annotations

from pyqdemo.worlds.pinning import Pinned
from pyqdemo.worlds.processes.channels import Listener
from pyqdemo.worlds.processes.nursery import Nursery

__all__ = ["ENTRY", "ForkServer"]

#: Where each real process of a program begins: by its name alone, since it stands above us.
ENTRY = "pyqdemo.entering"


class ForkServer:
    """A nursery that loads the engine, at once and on its own, and the listener beside it.

    Nothing of the coordinator is needed for it: who starts it early finds it ready later. As
    a context manager it ends every process.

    Args:
        entry: as of ``Grounds``.

    Raises:
        RunError: it could not be started.
    """

    def __init__(self, entry: str = ENTRY) -> None:
        self.listener = Listener()
        try:
            with Pinned():  # and with it every process of a run
                self.nursery = Nursery(self.listener.folder, (entry,))
        except BaseException:
            self.listener.close()
            raise

    def close(self) -> None:
        """Ends everything. Closing again does nothing."""
        self.nursery.close()
        self.listener.close()

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
