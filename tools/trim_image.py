"""Take out of an image's root what a running `weighbridge` never reads, and compile what stays.

    python3 trim_image.py ROOT

Runs inside the build, on the tree that becomes the image. Compiled files carry no time: the root is read-only, so a
compiled file that looked outdated could never be replaced, and every start would compile anew.
"""

from __future__ import annotations

import compileall
import py_compile
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = "opt/weighbridge"
LIBRARIES = ("usr/lib/python3.*", "usr/local/lib/python3.*", "usr/lib/python3")
TOOLS = (
    "_distutils_hack*",
    "distutils-precedence.pth",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pip",
    "pip-*",
    "pkg_resources",
    "setuptools",
    "setuptools-*",
    "test",
    "tkinter",
    "turtledemo",
    "wheel",
    "wheel-*",
)
"""Of the base's Python: what installs, edits and tests programs."""
UNUSED = ("kubernetes/aio", "numpy/f2py", "bin", "include", "share")
"""Of our dependencies: a second client that nothing imports, a Fortran compiler's front end, scripts."""
CACHES = ("usr/share/python-wheels", "var/lib/apt/lists", "var/cache/apt", "root/.cache", "tmp")
SOURCES = ("*.pyi", "*.pyx", "*.pxd", "*.h", "*.hpp", "*.c", "*.a")


def main(root: Path) -> None:
    """Trim and compile the tree below `root`."""
    for path in list(_unneeded(root)):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (root / "tmp").mkdir(mode=0o1777, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    for folder in _compiled(root):
        # Named as the running program will see it, for tracebacks.
        compileall.compile_dir(
            folder,
            quiet=2,
            force=True,
            stripdir=root,
            prependdir="/",
            maxlevels=20,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def _compiled(root: Path) -> Iterator[Path]:
    yield root / OWN
    for pattern in LIBRARIES:
        yield from root.glob(pattern)


def _unneeded(root: Path) -> Iterator[Path]:
    for name in CACHES:
        yield from root.glob(name)
    for library in LIBRARIES:
        for packages in ("", "site-packages/", "dist-packages/"):
            for tool in TOOLS:
                yield from root.glob(f"{library}/{packages}{tool}")
    own = root / OWN
    for name in UNUSED:
        yield from own.glob(name)
    yield from (path for path in own.rglob("tests") if path.is_dir())
    for pattern in SOURCES:
        yield from own.rglob(pattern)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
