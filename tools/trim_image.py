"""Leave in an image's root what a running `weighbridge` reads, and compile it: no shell, no package manager.

    python3 trim_image.py ROOT

Runs inside the build, on the tree that becomes the image. What stays: the interpreter, its library, our packages, the shared
libraries that any of them names, accounts, certificates, time zones, licences, and a list of the system's packages that is
true of what is left, so that a vulnerability scanner neither misses a library nor reports a program that is gone.

Compiled files carry no time: the root is read-only, so a compiled file that looked outdated could never be replaced, and
every start would compile anew.
"""

from __future__ import annotations

import compileall
import functools
import py_compile
import re
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OWN = "opt/weighbridge"
PYTHONS = ("usr/lib/python3.*", "usr/local/lib/python3.*", "usr/lib/python3")
PROGRAMS = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "usr/libexec", "usr/games")
LIBRARIES = ("lib", "lib64", "usr/lib", "usr/lib64", "usr/local/lib", "lib/*-linux-*", "usr/lib/*-linux-*")
KEPT = {
    "programs": ("python3*", "python"),
    # Of glibc, what is opened by name when it is needed: name services, and what ends a thread.
    "libraries": ("ld-*.so*", "ld*.so.*", "libc.so*", "libnss_*.so*", "libresolv.so*", "libgcc_s.so*"),
    "folders": ("python3*", "*-linux-*", "locale", "ossl-modules", "ssl"),
    "share": ("ca-certificates", "common-licenses", "doc", "licenses", "zoneinfo"),
}
"""Patterns of names that stay, by where they stand."""
GONE = (
    "etc/apt",
    "etc/init.d",
    "etc/cron*",
    "etc/pam.d",
    "etc/security",
    "etc/systemd",
    "root/.cache",
    "tmp",
    "usr/include",
)
GONE += ("usr/src", "var/cache", "var/log", "var/backups")
TOOLS = (
    "_distutils_hack*",
    "config-3*",
    "distutils-precedence.pth",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pip",
    "pip-*",
    "pkg_resources",
    "pydoc_data",
    "setuptools",
    "setuptools-*",
    "test",
    "tkinter",
    "turtledemo",
    "wheel",
    "wheel-*",
)
"""Of the base's Python: what installs, edits and tests programs."""
UNUSED = ("kubernetes/aio", "numpy/f2py", "numpy/distutils", "bin", "include", "share")
"""Of our dependencies: a second client that nothing imports, a Fortran compiler's front end, what builds extensions, scripts."""
SOURCES = ("*.pyi", "*.pyx", "*.pxd", "*.h", "*.hpp", "*.c", "*.a")
SOURCELESS = ("kubernetes",)
"""Of our dependencies: generated code of which the compiled form is kept alone, since its source is larger than all of ours."""
PACKAGES = "var/lib/dpkg"
_LIBRARY_NAME = re.compile(rb"[\w.+-]{1,80}\.so(?:\.\d+)*")


def main(root: Path) -> None:
    """Trim and compile the tree below `root`."""
    _remove(_outside(root))
    _remove(_inside(root))
    _remove(unneeded_libraries(root))
    keep_packages(root)
    (root / "tmp").mkdir(mode=0o1777, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    for folder in (*(root / OWN / name for name in SOURCELESS), root / OWN, *_glob(root, PYTHONS)):
        _compile(folder, root, is_sourceless=folder.name in SOURCELESS)


def _outside(root: Path) -> Iterator[Path]:
    """Yield what the base has beside its Python."""
    yield from _glob(root, GONE)
    for folder in _folders(root, PROGRAMS):
        yield from _others(folder.iterdir(), KEPT["programs"])
    for folder in _folders(root, LIBRARIES):
        yield from _others((path for path in folder.iterdir() if path.is_dir()), KEPT["folders"])
    for folder in _folders(root, ("usr/share",)):
        yield from _others(folder.iterdir(), KEPT["share"])
    for folder in _folders(root, ("var/lib",)):
        yield from _others(folder.iterdir(), ("dpkg",))


def _inside(root: Path) -> Iterator[Path]:
    """Yield what Python and our dependencies bring and nobody imports."""
    for library in PYTHONS:
        for packages in ("", "site-packages/", "dist-packages/"):
            yield from _glob(root, [f"{library}/{packages}{tool}" for tool in TOOLS])
    own = root / OWN
    yield from _glob(own, UNUSED)
    yield from (path for path in own.rglob("tests") if path.is_dir())
    for pattern in SOURCES:
        yield from own.rglob(pattern)


def unneeded_libraries(root: Path) -> Iterator[Path]:
    """
    Yield the base's shared libraries that nothing names which stays.

    Whatever looks like a library's name in a binary counts, be it linked or opened at run time: rather one too many.
    """
    found = {path.name: path for folder in _folders(root, LIBRARIES) for path in folder.glob("*.so*")}
    kept = {name for name in found if _is_kept(name, KEPT["libraries"])}
    binaries = [path for folder in (OWN, *PYTHONS) for path in root.glob(f"{folder}/**/*.so*")]
    binaries += [path for folder in _folders(root, PROGRAMS) for path in folder.iterdir() if not path.is_symlink()]
    binaries += [found[name] for name in kept]
    while binaries:
        named = _names(binaries.pop()) & found.keys() - kept
        kept |= named
        binaries += [found[name] for name in named]
    targets = {_target(root, found[name]) for name in kept}
    yield from (path for name, path in found.items() if name not in kept and path not in targets)


def _names(binary: Path) -> set[str]:
    content = binary.read_bytes() if binary.is_file() else b""
    words = (word for word in content.split(b"\0") if b".so" in word)
    return {name.decode() for word in words for name in _LIBRARY_NAME.findall(word)}


def _target(root: Path, path: Path) -> Path:
    """Follow links as a program would whose root is `root`."""
    while path.is_symlink():
        link = path.readlink()
        path = root / link.relative_to("/") if link.is_absolute() else path.parent / link
    return path


def keep_packages(root: Path) -> None:
    """Keep, of the list of the system's packages, those of which more is left than settings and licences."""
    folder = root / PACKAGES
    status = folder / "status"
    if not status.is_file():
        return
    left = [entry for entry in status.read_text().split("\n\n") if _is_left(root, entry)]
    shutil.rmtree(folder)
    folder.mkdir()
    status.write_text("\n\n".join([*left, ""]))


def _is_left(root: Path, entry: str) -> bool:
    fields = dict(re.findall(r"^(Package|Architecture): (\S+)$", entry, re.MULTILINE))
    name = fields.get("Package", "")
    lists = [root / PACKAGES / "info" / f"{name}{suffix}.list" for suffix in ("", f":{fields.get('Architecture')}")]
    files = (line for path in lists if path.is_file() for line in path.read_text().splitlines())
    return any(_is_file(root / file.lstrip("/")) for file in files if not file.startswith(("/etc/", "/usr/share/doc/")))


def _is_file(path: Path) -> bool:
    return path.is_file() or (path.is_symlink() and not path.is_dir())


def _compile(folder: Path, root: Path, *, is_sourceless: bool) -> None:
    _remove(folder.rglob("__pycache__"))
    # Named as the running program will see it, for tracebacks.
    run = functools.partial(compileall.compile_dir, quiet=2, force=True, stripdir=root, prependdir="/", maxlevels=20)
    run(folder, legacy=is_sourceless, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    if is_sourceless:
        _remove(path for path in folder.rglob("*.py") if path.with_suffix(".pyc").is_file())


def _folders(root: Path, patterns: Iterable[str]) -> Iterator[Path]:
    """Yield the folders that are no links to one another: on most systems /bin is /usr/bin."""
    yield from (path for path in _glob(root, patterns) if path.is_dir() and not path.is_symlink())


def _glob(folder: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from folder.glob(pattern)


def _others(paths: Iterable[Path], kept: Iterable[str]) -> Iterator[Path]:
    yield from (path for path in paths if not _is_kept(path.name, kept))


def _is_kept(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
