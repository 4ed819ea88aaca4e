"""
Arrays between opcodes, as joblib writes them.

joblib's unpickler replaces each `NumpyArrayWrapper` right after its BUILD by an array, which it reads from the file at
this place: raw numbers behind up to 16 bytes of padding, or for object arrays a pickle of their own (`read_array` in
https://github.com/joblib/joblib/blob/main/joblib/numpy_pickle.py). Releases before 0.10 keep arrays in files beside the
pickle, named in an `NDArrayWrapper` (joblib/numpy_pickle_compat.py). What is known of dtypes is imported with the first array:
every stream asks for this module, and few hold one.
"""

from __future__ import annotations

from scanners.findings import Finding
from scanners.unpickler.containers import inside
from scanners.unpickler.machine import Machine
from scanners.unpickler.reading import Stopped
from scanners.unpickler.values import Container, Global, Made

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanners.unpickler.facts import Fact

_INLINE = "NumpyArrayWrapper"
_BESIDE = frozenset({"NDArrayWrapper", "ZNDArrayWrapper"})
_MAKERS = frozenset({"_reconstructor", "__newobj__", "__newobj_ex__"})
"""Functions of `copyreg` that make an instance of their first argument."""
_MODULES = ("joblib.numpy_pickle", "joblib.numpy_pickle_compat")
_MOST_DIMENSIONS = 64


class InlineArrays:
    """What joblib's unpickler does after BUILD; noted, so that the caller knows that other unpicklers go on elsewhere."""

    def __init__(self) -> None:
        self.seen = False
        """Whether there was an array between opcodes."""

    def concerns(self, made: Made) -> bool:
        """Tell whether something may be a wrapper, at a glance."""
        return made.by is not None and (made.by.module.endswith(_MODULES) or made.by.name in _MAKERS)

    def __call__(self, machine: Machine, made: Made) -> Iterable[Fact]:
        """Pass over the array that follows a wrapper."""
        name = _class_name(made)
        if name == _INLINE:
            self.seen = True
            return self._pass_over(machine, made)
        return _named_file(machine, made) if name in _BESIDE else ()

    def passed_on(self, machine: Machine, arguments: object) -> Iterator[Fact]:
        """Report a wrapper given to a call: what comes back may be the wrapper, of which nobody here knew then."""
        for value in inside(machine, arguments, Made):
            assert isinstance(value, Made)
            if value.by is not None and _class_name(value) == _INLINE:
                name = f"{value.by.module}.{value.by.name}"
                why = "an array that joblib has still to read is given to a call"
                yield Finding(rule="import-not-recognised", evidence=why, offset=machine.at, name=name)
                return

    def _pass_over(self, machine: Machine, made: Made) -> Iterator[Fact]:
        from scanners.numpy_dtypes import item_size
        from scanners.unpickler.dtypes import OBJECT

        machine.jump(machine.offset)
        state = _items(made.state)
        dtype = _describe(state.get("dtype"), machine.at)
        if dtype == OBJECT:
            nested = Machine(machine.source, machine.offset, machine.listener)
            yield from nested.run()
            machine.jump(nested.offset)
            machine.stack[-1] = Made(None, ())
            return
        if state.get("numpy_array_alignment_bytes") is not None:
            machine.jump(machine.offset + 1 + machine.take_int(1))
        machine.skip(_count(state.get("shape"), machine.at) * item_size(dtype), in_one=False)
        machine.stack[-1] = Made(None, ())


def _class_name(made: Made) -> str | None:
    """Return the name of the class of joblib that something is an instance of."""
    by = made.by
    if by is not None and by.name in _MAKERS and isinstance(made.arguments, tuple) and made.arguments:
        by = made.arguments[0] if isinstance(made.arguments[0], Global) else None
    return by.name.rpartition(".")[2] if by is not None and "joblib" in by.module else None


def _items(state: object) -> dict[str, object]:
    if not isinstance(state, Container) or not state.complete:
        return {}
    pairs = zip(state.items[::2], state.items[1::2], strict=False)
    return {key: value for key, value in pairs if isinstance(key, str)}


def _describe(dtype: object, offset: int) -> str:
    """Return the code of a dtype, `O` where one of its fields is an object."""
    from scanners.numpy_dtypes import item_size
    from scanners.unpickler.dtypes import code_of

    code = code_of(dtype)
    if code is None:
        raise Stopped(offset, "a dtype", type(dtype).__name__)
    try:
        item_size(code)
    except ValueError as error:
        raise Stopped(offset, "a dtype that is known", str(error)) from error
    return code


def _count(shape: object, offset: int) -> int:
    if isinstance(shape, tuple) and len(shape) <= _MOST_DIMENSIONS:
        lengths = [length for length in shape if isinstance(length, int) and length >= 0]
        if len(lengths) == len(shape):
            from math import prod

            return prod(lengths)
    raise Stopped(offset, "the shape of an array", type(shape).__name__)


def _named_file(machine: Machine, made: Made) -> Iterable[Fact]:
    name = _items(made.state).get("filename")
    if isinstance(name, str) and "/" not in name and "\\" not in name and name not in {"", ".", ".."}:
        return ()
    shown = name if isinstance(name, str) else "a name that is not in the stream"
    return (Finding(rule="array-outside", evidence=f"reads {shown[:200]}", offset=machine.at),)
