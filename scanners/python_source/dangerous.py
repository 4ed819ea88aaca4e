"""
Calls that matter in source: they run commands or code, or reach files and the network.

Source calls much that a pickle has no business with, so the denylist of imports is not taken as it is: for modules that
ordinary modelling code uses all the time (`COMMON`), only the names listed here count; for all others the denylist does.
"""

from __future__ import annotations

from functools import lru_cache

from scanners.imports import Kind, judge

RUNS = frozenset(
    {
        "asyncio.create_subprocess_exec",
        "asyncio.create_subprocess_shell",
        "builtins.__import__",
        "builtins.breakpoint",
        "builtins.compile",
        "builtins.eval",
        "builtins.exec",
        "builtins.execfile",
        "importlib.machinery.ExtensionFileLoader",
        "importlib.machinery.SourceFileLoader",
        "importlib.machinery.SourcelessFileLoader",
        "importlib.util.module_from_spec",
        "importlib.util.spec_from_file_location",
        "importlib.util.spec_from_loader",
        "multiprocessing.Process",
        "numpy.ctypeslib.load_library",
        "os.execl",
        "os.execle",
        "os.execlp",
        "os.execlpe",
        "os.execv",
        "os.execve",
        "os.execvp",
        "os.execvpe",
        "os.fork",
        "os.forkpty",
        "os.popen",
        "os.popen2",
        "os.popen3",
        "os.popen4",
        "os.posix_spawn",
        "os.posix_spawnp",
        "os.spawnl",
        "os.spawnle",
        "os.spawnlp",
        "os.spawnlpe",
        "os.spawnv",
        "os.spawnve",
        "os.spawnvp",
        "os.spawnvpe",
        "os.startfile",
        "os.system",
        "pandas.read_pickle",
        "joblib.load",
        "numpy.load",
        "platform.popen",
        "sys.addaudithook",
        "sys.setprofile",
        "sys.settrace",
        "tensorflow.load_library",
        "tensorflow.load_op_library",
        "torch.classes.load_library",
        "torch.hub.load",
        "torch.load",
        "torch.ops.load_library",
        "torch.utils.cpp_extension.load",
        "torch.utils.cpp_extension.load_inline",
        "types.CodeType",
        "types.FunctionType",
        "yaml.load",
        "yaml.load_all",
        "yaml.unsafe_load",
        "yaml.unsafe_load_all",
    }
)
REACHES = frozenset(
    {
        "datasets.load_dataset",
        "huggingface_hub.hf_hub_download",
        "huggingface_hub.snapshot_download",
        "nltk.download",
        "os.chmod",
        "os.chown",
        "os.kill",
        "os.killpg",
        "os.link",
        "os.remove",
        "os.removedirs",
        "os.rename",
        "os.renames",
        "os.replace",
        "os.rmdir",
        "os.symlink",
        "os.truncate",
        "os.unlink",
        "torch.hub.download_url_to_file",
        "torch.hub.load_state_dict_from_url",
    }
)
_HARMLESS = frozenset(
    {
        "shutil.disk_usage",
        "shutil.get_terminal_size",
        "shutil.which",
        "subprocess.CalledProcessError",
        "subprocess.DEVNULL",
        "subprocess.PIPE",
        "subprocess.STDOUT",
        "subprocess.TimeoutExpired",
    }
)
"""Names of modules that are denied as a whole, which start nothing; so are the constants of `socket`, all in capitals."""
WRITES = frozenset({"builtins.open", "io.open", "codecs.open"})
"""Files that are opened; it matters for what."""
COMMON = frozenset(
    {
        "argparse",
        "asyncio",
        "builtins",
        "bz2",
        "concurrent",
        "contextlib",
        "dataclasses",
        "datasets",
        "diffusers",
        "enum",
        "filecmp",
        "functools",
        "gc",
        "genericpath",
        "glob",
        "gzip",
        "h5py",
        "http",
        "huggingface_hub",
        "hydra",
        "importlib",
        "importlib_metadata",
        "importlib_resources",
        "inspect",
        "io",
        "jinja2",
        "joblib",
        "keras",
        "librosa",
        "linecache",
        "llvmlite",
        "logging",
        "lzma",
        "mimetypes",
        "mlflow",
        "mmap",
        "multiprocessing",
        "numba",
        "numpy",
        "operator",
        "os",
        "pandas",
        "pathlib",
        "peft",
        "pkg_resources",
        "pkgutil",
        "platform",
        "posixpath",
        "psutil",
        "pyarrow",
        "pytest",
        "ray",
        "resource",
        "scipy",
        "select",
        "setuptools",
        "signal",
        "sklearn",
        "soundfile",
        "sqlite3",
        "ssl",
        "stat",
        "string",
        "sympy",
        "sys",
        "sysconfig",
        "tarfile",
        "tempfile",
        "tensorflow",
        "threading",
        "torch",
        "torchvision",
        "tracemalloc",
        "transformers",
        "triton",
        "types",
        "typing",
        "unittest",
        "urllib",
        "warnings",
        "xml",
        "yaml",
        "zipfile",
    }
)
"""Roots of the denylist of which source uses much that is harmless."""
_LONGEST = 12
_PASSED_ON = ("urllib.request.", "urllib.urlopen", "urllib.urlretrieve", "http.client.", "http.server.")


@lru_cache(maxsize=4096)
def judge_call(name: str) -> Kind | None:
    """Return how bad it is to call a dotted name, None where it is not known to be."""
    parts = name.split(".")
    tails = _paths(parts)
    if name in _HARMLESS or (parts[0] == "socket" and parts[-1].isupper()):
        return None
    if any(tail in RUNS for tail in tails):
        return Kind.RUNS_CODE
    if any(tail in REACHES or tail.startswith(_PASSED_ON) for tail in tails):
        return Kind.REACHES_OUT
    if parts[0] in COMMON or not parts[0] or len(parts) < 2:
        return None
    kind = judge(".".join(parts[:-1]), parts[-1]).kind
    return kind if kind >= Kind.REACHES_OUT else None


def _paths(parts: list[str]) -> list[str]:
    """Return the paths inside a dotted name: `os.system` in `shutil.os.system.__call__`; of a long one those near its ends."""
    near = parts if len(parts) <= _LONGEST else parts[: _LONGEST // 2] + parts[-_LONGEST // 2 :]
    ends = range(2, len(near) + 1)
    return [".".join(near[start:end]) for end in ends for start in range(end - 1)]


def reason(name: str) -> str:
    """Return the denylist's word on a name."""
    parts = name.split(".")
    found = (judge(".".join(parts[start:-1]), parts[-1]) for start in range(len(parts) - 1))
    return max(found, key=lambda judgement: judgement.kind).reason
