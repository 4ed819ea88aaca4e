"""Which imports of a pickle are harmless, dangerous or unknown.

Judge by allowlist, explain by denylist. `judge` knows a name by itself. Where it answers `ARGUMENTS_MATTER`, the use
decides and the caller asks further:

* `check_arguments` at each call (REDUCE, OBJ, INST) and, with `new=True`, each making anew (NEWOBJ, NEWOBJ_EX);
* `check_state` at BUILD on what such a call returned;
* `check_items` at SETITEM(S), APPEND(S) and ADDITEMS on it;
* `check_escape` where the name is used otherwise than as the callee: stored, passed on, left on the stack.

Where a judgement names a `result`, the call returned that import, and what is done with it is done with the import.

All take the name as spelt in the stream, or one of its `spellings`; the worst answer counts.

The rules behind this door are loaded when the first of them is asked for (PEP 562): most parts of most models import nothing.
"""

from __future__ import annotations

from scanners.doors import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.imports.arguments import check_arguments, check_escape, check_items, check_state
    from scanners.imports.judgement import HARMLESS, Judgement, Kind
    from scanners.imports.judging import judge
    from scanners.imports.spelling import spellings
    from scanners.imports.values import UNKNOWN

__getattr__ = door(
    __name__,
    {
        "arguments": ("check_arguments", "check_escape", "check_items", "check_state"),
        "judgement": ("HARMLESS", "Judgement", "Kind"),
        "judging": ("judge",),
        "spelling": ("spellings",),
        "values": ("UNKNOWN",),
    },
)

__all__ = [
    "HARMLESS",
    "UNKNOWN",
    "Judgement",
    "Kind",
    "check_arguments",
    "check_escape",
    "check_items",
    "check_state",
    "judge",
    "spellings",
]
