"""
Array types in a pickle: what code and state say of them, and whether the two agree.

`numpy.dtype` is called with a code and then given a state, whose size and flags NumPy takes as they are
(`arraydescr_setstate` in https://github.com/numpy/numpy/blob/main/numpy/_core/src/multiarray/descriptor.c). A state that
contradicts the code makes raw numbers of pointers, or has joblib load a pickle where numbers are declared.
"""

from __future__ import annotations

from scanners.numpy_dtypes import holds_objects, item_size
from scanners.unpickler.values import Container, Global, Made, Recalled

OBJECT = "O"
_TEXT_MAKER = "_convert_to_stringdtype_kwargs"
"""Makes `StringDType`, whose items NumPy pickles as objects."""
_REFERENCES = 0x01
"""NPY_ITEM_REFCOUNT: items are references (numpy/_core/include/numpy/ndarraytypes.h)."""
_SIZE, _FLAGS = 5, 7
"""Places in (version, byte order, subarray, names, fields, size, alignment, flags), the state since NumPy 1.0."""
_RECORDS = {("numpy", "record"), ("numpy.rec", "record"), ("numpy.core.records", "record")}
_MOST_WALKED = 4096


def is_dtype(value: Made) -> bool:
    """Tell whether something is what `numpy.dtype` gave."""
    return isinstance(value.by, Global) and (value.by.module, value.by.name) == ("numpy", "dtype")


def code_of(value: object) -> str | None:
    """Return the code of an array type, `O` where its items are, or hold, objects; None where it is no known one."""
    if not isinstance(value, Made) or value.by is None:
        return None
    if value.by.name == _TEXT_MAKER and value.by.module.startswith("numpy."):
        return OBJECT
    code = _code(value, value.state)
    if code is None or not is_dtype(value):
        return None
    return OBJECT if _leads_to_objects(value, value.state) else code


def disagreement(value: Made, state: object) -> str | None:
    """Say how a state that BUILD gives to what `numpy.dtype` gave contradicts it; None where it does not."""
    if value.state is not None:
        return "a second state"
    code = _code(value, state)
    if code is None or not isinstance(state, tuple) or len(state) <= _FLAGS:
        return "a state of another form"
    if state[_SIZE] not in (-1, _size(code, state[_SIZE])):
        return f"code {code[:40]!r} with items of {str(state[_SIZE])[:20]} bytes"
    flags = state[_FLAGS]
    if not isinstance(flags, int) or bool(flags & _REFERENCES) != _leads_to_objects(value, state):
        return f"code {code[:40]!r} with flags {str(flags)[:20]}"
    return None


def _code(value: Made, state: object) -> str | None:
    """Return the code that a type is made from; that of records, which are made from their class, is in the state."""
    arguments = value.arguments
    code = arguments[0] if isinstance(arguments, tuple) and arguments else None
    if isinstance(code, Recalled):
        code = code.run.owner.recall(code)
    if isinstance(code, Global) and (code.module, code.name) in _RECORDS and isinstance(state, tuple):
        return f"V{state[_SIZE]}" if len(state) > _SIZE and isinstance(state[_SIZE], int) else None
    return code if isinstance(code, str) else None


def _size(code: str, stated: object) -> object:
    """Return the bytes of an item; of types that NumPy does not know itself, the state tells."""
    try:
        return item_size(code)
    except ValueError:
        return stated


def _leads_to_objects(value: Made, state: object) -> bool:
    """Tell whether a type with this state, or one that it leads to, is that of objects."""
    waiting: list[object] = [value]
    for _ in range(_MOST_WALKED):
        if not waiting:
            return False
        part = waiting.pop()
        if isinstance(part, Made):
            inner = state if part is value else part.state
            if holds_objects(_code(part, inner) or ""):
                return True
            waiting.append(inner)
        elif isinstance(part, tuple):
            waiting += part
        elif isinstance(part, Container):
            waiting += part.items
    return True
