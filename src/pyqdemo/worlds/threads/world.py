"""One execution on carriers: the running task itself decides, and hands over the baton."""

from __future__ import annotations

import _thread
import gc
import sys
from collections.abc import Callable
from contextvars import Context
from types import FrameType
from typing import TYPE_CHECKING, Any

from pyqdemo.kernel.execution import Execution
from pyqdemo.kernel.operations import Operation
from pyqdemo.kernel.room import with_room
from pyqdemo.kernel.tasks import End, MustWait, Signalled, Start, Task
from pyqdemo.kernel.texts import raised
from pyqdemo.kinds import OutcomeKind
from pyqdemo.worlds.threads.carriers import Carriers
from pyqdemo.worlds.threads.lives import AtExit, Body, Home, Life, OnlyLooking, Unwind, here, local
from pyqdemo.worlds.threads.minder import PATIENCE_S, mind
from pyqdemo.worlds.threads.places import Place, Places

if TYPE_CHECKING:
    from pyqdemo.worlds.threads.lines import LineCarriers

__all__ = ["Life", "Unwind", "World", "here"]

Bear = Callable[[Life, Any, str, str, bytes | None], None]
_PRINTING = ("write", "buffer", "flush")
MOST_SWALLOWED = 20  # times that a task may catch its own unwinding


class _BrokenOff(BaseException):
    """A signal's handler raised ``error`` when the process's own code was over."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class World:
    """Carries the tasks of one execution.

    Args:
        execution: what decides.
        places: whose code is whose.
        carriers: the pool.
        tick: called in the calling thread some 20 times a second while the run goes on.
        asked_to_stop: gives the name of a signal that asked for the end, or None.
        patience_s: real seconds that one step may take.

    Attributes:
        lives: of the tasks that are alive, by task.
        error: what the strategy raised, or what stopped the thread that waits.
        libraries: whether the program has imported any library that could call it back.
            While there is none, no stack has to be read.
        homes: of the program's processes, the first one's first.
        seed: of the program's random draws.
        vanish: really ends this process with an exit code; None where it is simulated.
        start_method: of its processes, where it sets none; None for the usual one.
        buffers: its stdout is no terminal but a pipe: what is printed waits in a buffer.
        parted: somebody else can come between the parts of one ``print``.
        bear: gives a process that has been started its life; None where it is simulated.
        lines: the carriers, where tasks stop at the program's lines; else None.
        of_many: it is one execution of many of its program, in the same carriers.
        learned: takes what this run shows, though it was assumed not to happen, for a caller
            who begins again then; see ``sights.Sight``.
        done: held until every task is over or abandoned.
    """

    def __init__(
        self,
        execution: Execution,
        places: Places,
        carriers: Carriers,
        *,
        tick: Callable[[], None] | None = None,
        asked_to_stop: Callable[[], str | None] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.execution = execution
        self.places = places
        self.libraries = True
        self.carriers = carriers
        self.lives: dict[Task, Life] = {}
        self.home = Home(self, execution.main)
        self.homes = [self.home]
        self.seed = 0
        self.vanish: Callable[[int], None] | None = None
        self.start_method: str | None = None
        self.buffers = self.parted = False
        self.bear: Bear | None = None
        self.lines: LineCarriers | None = None
        self.of_many = False
        self.learned: set[str] = set()
        self.error: BaseException | None = None
        self.tick = tick
        self.asked_to_stop = asked_to_stop
        self.patience_s = patience_s
        self.done = _thread.allocate_lock()
        self.done.acquire()

    # For the one who runs a program.

    def run(self, body: Body, at_exit: AtExit) -> None:
        """Runs the main task's code and whatever it starts, to the end of the execution.

        Args:
            body: the program.
            at_exit: gives what shall be called in the main task when its threads have ended.

        Raises:
            BaseException: what the strategy raised, or KeyboardInterrupt in this thread;
                every task has been ended before.
        """
        self.home.begin(body, at_exit)
        # Objects with a __del__ shall die where the program lets go of them, each time alike.
        collecting, limit = gc.isenabled(), sys.getrecursionlimit()
        gc.disable()
        try:
            first = self._choose()
            if first is None:
                self.done.release()
            else:
                self._wake(first)
            mind(self)
        finally:
            if collecting:
                gc.enable()
            if sys.getrecursionlimit() != limit:
                sys.setrecursionlimit(limit)
        self.lives.clear()
        for home in self.homes:
            home.scratch.clear()
        self.execution.tell_strategy()
        if self.error is not None:
            raise self.error

    # For the stand-ins.

    def perform(self, operation: Operation, frame: FrameType | None) -> Any:
        """The calling task attempts an operation: it waits for its turn, then it happens.

        Args:
            frame: of the code that called the stand-in; None for the end of a task.

        Returns:
            The operation's answer.

        Raises:
            Exception: as the real primitive would.
            Unwind: the execution is over.
        """
        try:
            life: Life = local.life
        except AttributeError:
            life = here()  # raises
        if life.inside:
            return self._within(life, operation)
        if life.unwinding:
            self._still_unwinding(life)
        if frame is not None:
            if self.execution.log is not None:
                place = self.places.look(frame)
                operation.location = place.location
                if self.libraries and place.library:
                    return self._under_library(life, operation, place)
            elif self.libraries and self.places.under_library(frame):
                return self._under_library(life, operation, self.places.look(frame))
        return self._take_turn(life, operation)

    def _within(self, life: Life, operation: Operation) -> Any:
        """An operation inside another: in a comparison, a ``repr``, a ``__del__``."""
        if life.looking:
            raise OnlyLooking
        try:
            return self.execution.perform_inside(life.task, operation)
        except MustWait as wait:
            told = f"{life.task.name} would have to wait inside an operation: {wait.kind}"
        self.execution.end(OutcomeKind.ABORTED, told)
        life.unwinding = True
        raise Unwind

    def _take_turn(self, life: Life, operation: Operation) -> Any:
        execution, task = self.execution, life.task
        while True:
            execution.attempt(task, operation)
            try:
                chosen = execution.choose()
            except RecursionError:
                chosen = with_room(self._choose)
            except BaseException as error:
                self._fail(error)
                chosen = None
            if chosen is not task:
                self._hand_over(life, chosen)
            life.inside = True
            try:
                return execution.take_effect(task)
            except Signalled as signalled:
                number = signalled.number
            finally:
                life.inside = False
            try:
                life.home.surroundings.handle_signal(number)
            except Unwind:
                raise
            except BaseException as error:
                if life.body is not None:
                    raise
                raise _BrokenOff(error) from None

    def request(self, name: str, args: tuple[Any, ...], frame: FrameType | None) -> Any:
        """The calling task attempts an operation on what processes share.

        Args:
            name, args: as in ``kernel.mp.catalogue.OPERATIONS``, without the first two.
            frame: as of ``perform``.
        """
        return self.perform(self.execution.operation(here().task, name, args), frame)

    def request_at_once(self, name: str, args: tuple[Any, ...], frame: FrameType | None) -> Any:
        """As ``request``, for an operation that must not fail; see ``at_once``."""
        return self.at_once(self.execution.operation(here().task, name, args), frame)

    def aside(self, name: str, args: tuple[Any, ...]) -> None:
        """Such an operation happens within the running step, without a choice: when an object
        dies. Nothing happens where no run goes on any more."""
        life: Life | None = getattr(local, "life", None)
        if life is not None and not life.unwinding and self.execution.over is None:
            self.execution.aside(life.task, name, args)

    def share(
        self,
        kind: str,
        args: tuple[Any, ...],
        frame: FrameType,
        capacity: int | None = None,
        of: str | None = None,
        second: bool | None = None,
    ) -> str:
        """Makes something that processes share; gives its id.

        Args:
            kind, args: as in ``kernel.mp.catalogue.MODELS``.
            frame: of the code that makes it.
            capacity, of: as in ``trace.Resource``.
            second: it is an end of a pipe, and the second one; None if it is none.
        """
        place = self.places.look(frame)
        return self.execution.share(
            here().task,
            kind,
            args,
            capacity=capacity,
            of=of,
            location=place.location,
            name=self.places.variable(place, second) if self.execution.log is not None else None,
            quiet=place.direct,
        )

    def start_feeder(self, id: str, body: Body) -> None:
        """A feeder that the calling task's process has made gets its life."""
        home, task = here().home, self.execution.task(id)
        task.life = self.lives[task] = Life(home, task, body)

    def at_once(self, operation: Operation, frame: FrameType | None) -> Any:
        """An operation that gives something back and must not fail, as in a ``finally``.

        It is a scheduling point like any other, but for a task that is being unwound: there
        it happens without an event and without a choice.
        """
        life = here()
        if life.unwinding:
            if self.execution.over is None:
                return None  # its process has vanished, with whatever it held
            operation.quiet = True
            try:
                return operation.apply(self.execution, life.task)
            except Exception:
                return None  # the lock was somebody else's: nobody is left to care
        return self.perform(operation, frame)

    def start(self, operation: Start, body: Body, frame: FrameType | None, thread: Any) -> Task:
        """The calling task starts another; gives that one, before anybody else can go on.

        Args:
            body: that one's code.
            thread: the stand-in Thread object.
        """
        # Made first: at the bottom of its stack the program may have room for one, not both.
        home = here().home
        started = Life(home, home.main, body)
        started.thread = thread
        task: Task = self.perform(operation, frame)
        started.task = task
        task.life = self.lives[task] = started
        return task

    # How the baton goes round.

    def _under_library(self, life: Life, operation: Operation, place: Place) -> Any:
        """Nobody else may run while a library's code is under way, unless it has to wait."""
        execution, target = self.execution, operation.target
        its_own = place.direct if target is None else "~" in target.partition("/")[2]
        operation.quiet = its_own
        if not its_own and operation.kind not in _PRINTING and not operation.shared:
            execution.note_uncontrolled(f"{operation.kind} inside a library")
        if operation.shared or not operation.ready():
            operation.quiet = False
            return self._take_turn(life, operation)
        life.inside = True
        try:
            return execution.perform(life.task, operation)
        finally:
            life.inside = False

    def _choose(self) -> Task | None:
        try:
            return self.execution.choose()
        except BaseException as error:
            self._fail(error)
            return None

    def _fail(self, error: BaseException) -> None:
        """The strategy raised: nobody goes next."""
        self.error = error
        self.execution.end(OutcomeKind.ABORTED, str(error))

    def _hand_over(self, life: Life, chosen: Task | None) -> None:
        """Lets the chosen one run and waits for the own turn."""
        if chosen is None:
            life.unwinding = True
            raise Unwind
        carrier = life.carrier
        assert carrier is not None, "it is running"
        self._wake(chosen)
        carrier.baton.acquire()
        if life.unwinding:
            raise Unwind

    def _wake(self, task: Task) -> None:
        life: Life = task.life
        carrier = life.carrier
        if carrier is None:
            carrier = life.carrier = self.carriers.take()
            carrier.give(lambda: self._carry(life))
        carrier.baton.release()

    def _carry(self, life: Life) -> None:
        """A task's life on its carrier."""
        local.life = life
        try:
            if self.lines is None:
                self._live(life)
            else:
                self.lines.carry(self._live, life)
        except Unwind:
            pass
        except BaseException as error:
            # Our own code has raised it: the program's is caught in the body.
            if isinstance(error, Exception):
                self.error = self.error or error
            self.execution.end(OutcomeKind.ABORTED, raised(error))
        if life.abandoned:
            return
        life.inside = True  # for what the program's objects do as they die
        life.body = life.at_exit = life.thread = None
        life.local.clear()
        del local.life
        del self.lives[life.task]
        life.task.life = None
        chosen = self._choose()
        carrier = life.carrier
        assert carrier is not None, "it is running"
        life.carrier = None
        self.carriers.put_back(carrier)
        if chosen is not None:
            self._wake(chosen)
        else:
            self._unwind_next()

    def _live(self, life: Life) -> None:  # its name is known to ``places``
        execution, task = self.execution, life.task
        execution.take_effect(task)  # its begin; no signal comes before that
        assert life.body is not None, "it has not lived yet"
        # A carrier is used again: what a task sets in its context ends with it.
        result = Context().run(life.body)
        life.body = None
        try:
            self._leave(life, result)
        except _BrokenOff as broken:
            self._break_off(life, broken.error)

    def _leave(self, life: Life, result: str | None) -> None:
        """A task's own code is over; with a main task its process ends."""
        execution, task = self.execution, life.task
        self.perform(End(task, result), None)
        if life.at_exit is None:
            return
        callbacks = life.at_exit()
        if callbacks:
            self.perform(execution.await_threads(task), None)
            for callback in callbacks:
                callback()
        self.perform(execution.leave(task, bool(callbacks), life.home.exit_code), None)

    def _break_off(self, life: Life, error: BaseException) -> None:
        from pyqdemo.worlds.threads.breaking_off import break_off

        while True:
            try:
                return break_off(life, error)
            except _BrokenOff as again:
                error = again.error

    def _unwind_next(self) -> None:
        """The execution is over: takes the next task off its stack, one at a time."""
        for life in self.lives.values():
            if life.carrier is not None and not life.abandoned:
                life.unwinding = True
                life.carrier.baton.release()
                return
        if self.done.locked():
            self.done.release()

    def _still_unwinding(self, life: Life) -> None:
        """A task attempts something while it is being unwound: in a ``finally``, or since it
        caught the unwinding itself. The latter for ever is not waited for."""
        life.swallowed += 1
        if life.swallowed > MOST_SWALLOWED or life.abandoned:
            self.abandon(life, "catches its own end again and again")
            carrier = life.carrier
            assert carrier is not None, "it is running"
            while True:
                carrier.baton.acquire()  # for ever: nobody will release it
        raise Unwind

    def abandon(self, life: Life | None, why: str) -> None:
        """Goes on without a task that cannot be ended; its thread stays behind.

        Args:
            life: None where the thread died on its way from one task to the next.
        """
        if life is not None:
            if life.abandoned:
                return
            life.abandoned = True
            from pyqdemo.trace import Loss  # hardly ever

            reason = f"{life.task.name} {why}: its thread could not be ended"
            self.execution.losses.append(Loss(reason, life.task.id))
        chosen = self._choose() if self.execution.over is None else None
        if chosen is not None:
            self._wake(chosen)
        else:
            self._unwind_next()
