"""The names a pickle of protocols 0 to 2 means: as written, and as Python 3 rewrites them.

A Python 3 unpickler maps the Python 2 names of such a stream by the standard library's `_compat_pickle` (a module of
tables, https://github.com/python/cpython/blob/3.11/Lib/_compat_pickle.py); Python 2, or `fix_imports=False`, takes them
as written. Who loads the file is not known, so both are judged.
"""

from __future__ import annotations


def spellings(module: str, name: str, protocol: int) -> tuple[tuple[str, str], ...]:
    """Return the (module, name) pairs that an unpickler may look up: one, or two for a mapped Python 2 name."""
    written = (module, name)
    if protocol > 2:
        return (written,)
    from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING

    mapped = NAME_MAPPING.get(written) or (IMPORT_MAPPING.get(module, module), name)
    return (written,) if mapped == written else (written, mapped)
