"""The fingerprint of a state: everything on which it depends what can follow.

Of every task that is alive: what it attempts, its stack, what it has for itself. Of every
process: its modules and whatever they lead to. And what the models hold. Not what has been
printed, nor by what numbers events, items and resources go.

Where something cannot be told exactly (a file, a lock of the system's, a ``sum`` half done) the
fingerprint is made of what has led there in its place: of the steps and their order as far as it
matters (``histories``), where all is seen that they touch, else of the choices and draws.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import blake2b
from types import FrameType, GeneratorType, ModuleType
from typing import Any

from pyqdemo.kernel.tasks import Task
from pyqdemo.point import Step
from pyqdemo.worlds.stand_in import StandIn
from pyqdemo.worlds.threads import modules, set_tables, stacks
from pyqdemo.worlds.threads.encoded_code import CODE, value_of
from pyqdemo.worlds.threads.encoded_homes import Changed, tell_home
from pyqdemo.worlds.threads.encoded_run import Facts, label_of, tell_process, tell_task, way_of
from pyqdemo.worlds.threads.encoded_stacks import frames_of, place_in, tell_generator, tell_stack
from pyqdemo.worlds.threads.encoded_values import VALUES
from pyqdemo.worlds.threads.encoding import DIGEST, Encoding, Inexact, Way
from pyqdemo.worlds.threads.histories import History
from pyqdemo.worlds.threads.lives import Home, Life, local
from pyqdemo.worlds.threads.observed import observed
from pyqdemo.worlds.threads.used_names import Used, used_by
from pyqdemo.worlds.threads.world import World

__all__ = ["Fingerprints"]

#: Of the run's own tables operations may hold one.
_TABLES = frozenset({dict, list, set})


class Fingerprints:
    """Makes the fingerprints of one execution.

    Args:
        world: in which nothing has run yet.
        besides: bytes that are part of every state, as the caller wants it.
        learned: ``pages``: where bytes lie in the pages of a pipe counts. Else two states in
            which they lie differently are one, which is right so long as no model was
            ``crowded``. ``history``: not every state can be told exactly, so none is: some here
            and others there, one choice in one state could lead to several.
        learned_anew: takes ``history``.

    Attributes:
        why: what the last state could not be told for; None where it was told exactly.
    """

    def __init__(
        self,
        world: World,
        besides: Callable[[], bytes],
        learned: frozenset[str],
        learned_anew: set[str],
    ) -> None:
        self._world = world
        self._besides = besides
        self._pages = "pages" in learned
        self._exact = "history" not in learned
        self._learned_anew = learned_anew
        self._ways: dict[type, Way] = {**CODE, **VALUES, GeneratorType: tell_generator}
        self._stand_ins: dict[Home, tuple[int, tuple[Any, ...]]] = {}
        self._changed: dict[ModuleType, Changed] = {}
        self._past = History()
        self._drawn = 0  # draws that are part of it
        self._sees = stacks.can_see() and set_tables.can_tell()
        self.why: str | None = None

    def witness(self, step: Step) -> None:
        """Told every step when it is over, where the strategy observes."""
        draws = self._world.execution.draws
        self._past.add(step, draws[self._drawn :])
        self._drawn = len(draws)

    def state(self) -> bytes:
        """The fingerprint of the state in which the next task is chosen."""
        life: Life | None = getattr(local, "life", None)
        inside = life is not None and life.inside
        if life is not None:
            life.inside = True  # should any of the program's code run, it attempts nothing
        try:
            told = self._exactly()
            self.why = None
            return told
        except Inexact as inexact:
            return self._history(inexact.what)
        except Exception as error:  # the program's own, or too deep a value
            return self._history(type(error).__name__)
        finally:
            if life is not None:
                life.inside = inside

    def place(self, id: str) -> int | None:
        """As of ``Point``. Where two places happen to have one number nothing is claimed that is
        not so."""
        task = self._world.execution._tasks[id]
        life: Life | None = task.life
        operation = None if task.pending is None else task.pending.kind
        if life is None or life.carrier is None:
            return hash(operation)
        tops = sys._current_frames()
        try:
            frames = frames_of(tops.get(life.carrier.ident))
            return hash((operation, *(place_in(frame) for frame in frames)))
        except stacks.Unseen:
            return None
        finally:
            tops.clear()

    def _history(self, why: str) -> bytes:
        """Of the steps with what they touched, where all of that is seen; else of the choices."""
        execution = self._world.execution
        self.why = why
        self._learned_anew.add("history")
        if execution.data is not None:
            told = self._past.digest() + self._besides()
            return blake2b(told, digest_size=DIGEST, person=b"history").digest()
        made = " ".join((*execution.choices, "|", *map(str, execution.draws)))
        return blake2b(made.encode(), digest_size=DIGEST, person=b"choices").digest()

    def _exactly(self) -> bytes:
        """Raises Inexact."""
        world, execution = self._world, self._world.execution
        used = used_by(world.home.surroundings.program)
        if not self._exact:
            raise Inexact("what has been learned")
        if not self._sees:
            raise Inexact("this Python's stacks")
        if used.peeks is not None:
            raise Inexact(used.peeks)
        encoding = Encoding(self._names(), self._ways, way_of, value_of)
        facts = self._facts(used)
        encoding.facts, encoding.label = facts, label_of
        encoding.put(b"y" + self._besides())
        self._tell_run(encoding)
        homes = {home.main: home for home in world.homes}
        for main in sorted(execution.processes, key=lambda main: main.place):
            tell_process(encoding, main, homes.get(main))
        for home in world.homes:
            if home.main.state.alive:
                tell_home(encoding, home, self._changed)
        for id, model in sorted(execution.shared.items()):
            encoding.put(b"m", id, encoding.ref(model))
        tops, handled = sys._current_frames(), _handled()
        try:
            for task in execution.alive:
                tell_task(encoding, task, facts)
                self._tell_life(encoding, task, tops, handled)
            return encoding.close()
        finally:
            # This very frame is among them: what holds itself would keep the program's frames,
            # and with them its objects, longer than they live.
            tops.clear()
            handled.clear()

    def _facts(self, used: Used) -> Facts:
        execution = self._world.execution
        times = execution.clock_matters or not execution.limits.loose
        tasks = Counter(task.process for task in execution.alive)
        crowded = frozenset(main for main, count in tasks.items() if count > 1)
        return Facts(execution.now_ns, times, used.counts, used.shows, crowded, self._pages)

    def _tell_run(self, encoding: Encoding) -> None:
        world, execution = self._world, self._world.execution
        read = execution.clock_was_read and any(
            task.saw_ns is not None for task in execution._tasks.values()
        )
        absolute = read or execution.limits.for_s is not None
        encoding.put(
            b"r",
            execution.now_ns if absolute else None,
            None if execution.limits.stop_after is None else execution.taken,
            [(task.id, what) for task, what in execution.failures],
            execution.exit_code,
            list(execution.uncontrolled),
            sorted(execution.shared),
            world.libraries,
        )

    # What goes by a name.

    def _names(self) -> dict[int, bytes]:
        world, execution = self._world, self._world.execution
        parts = (world, execution, world.places, world.carriers, execution.strategy)
        names = {id(part): b"w%d" % number for number, part in enumerate(parts)}
        for each, holder in ((b"w:", world), (b"x:", execution)):
            for name, held in vars(holder).items():
                if type(held) in _TABLES:
                    names.setdefault(id(held), each + name.encode())
        seen = observed(world)
        if seen is not None:
            names[id(seen.notes)] = b"o:"
            for name, helper in seen.names.items():
                names[id(helper)] = b"o:" + name.encode()
        for home in world.homes:
            around, main = home.surroundings, home.main.id
            own = (home.inside, around, around.importing, around.modules, around.builtins)
            for number, part in enumerate(own):
                names.setdefault(id(part), f"h{number}:{main}".encode())
            names[id(home.scratch)] = f"hs:{main}".encode()
            for name, module in sorted(around.modules.items()):
                if module is not None and id(module) not in names:
                    names[id(module)] = f"m:{main}:{name}".encode()
                    names[id(vars(module))] = f"g:{main}:{name}".encode()
            for id_, side in home.main.state.buffers.items():
                names[id(side)] = f"s:{main}:{id_}".encode()
        return names

    # What a task has.

    def _tell_life(
        self,
        encoding: Encoding,
        task: Task,
        tops: dict[int, FrameType],
        handled: dict[int, BaseException | None],
    ) -> None:
        life: Life | None = task.life
        if life is None:
            encoding.put(b"l0")
            return
        locals_ = life.local
        encoding.put(b"l", encoding.refs(locals_), encoding.refs(locals_.values()))
        encoding.put(b"lt", encoding.ref(life.thread))
        if life.carrier is None:
            encoding.put(b"lb", encoding.ref(life.body))
            return
        ident = life.carrier.ident
        frames = frames_of(tops.get(ident))
        encoding.put(b"lx", encoding.ref(handled.get(ident)))
        tell_stack(encoding, frames, lambda: self._callable(life.home))

    def _callable(self, home: Home) -> Iterator[Any]:
        """What stands for functions in C, and is therefore called by way of C; and what the
        program's main module has at its top level."""
        found = home.surroundings.modules
        stand_ins = self._stand_ins.get(home)
        if stand_ins is None or stand_ins[0] != len(found):
            held = (vars(each).values() for each in found.values() if isinstance(each, StandIn))
            ours = (each for values in held for each in values if type(each) is modules.Builtin)
            stand_ins = self._stand_ins[home] = (len(found), tuple(ours))
        yield from stand_ins[1]
        yield from vars(found["__main__"]).values()


def _handled() -> dict[int, BaseException | None]:
    """What each thread is handling at the moment, by the thread's number."""
    found: dict[int, Any] = sys._current_exceptions()
    if sys.version_info >= (3, 12):
        return found
    return {ident: each[1] if each is not None else None for ident, each in found.items()}
