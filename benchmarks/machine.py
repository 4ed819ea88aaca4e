"""What the figures were measured on and with."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.environments import PEERS, ROOT, project, versions


def describe() -> dict[str, str]:
    """Return the machine, the day and the versions, as lines of a table."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "weighbridge": _revision(),
    }


def peers() -> dict[str, str]:
    """Return the peers that are installed, with their versions."""
    found = {}
    for name, environment in PEERS.items():
        if (environment.path / "installed.txt").is_file():
            found[name] = versions(environment).get(name, "unknown")
    return found


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _revision() -> str:
    """Return the project's version, and the commit where there is one."""
    command = [project().python, "-I", "-m", "weighbridge", "--version"]
    version = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    commit = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    said = subprocess.run(commit, capture_output=True, text=True, check=False)
    return f"{version} ({said.stdout.strip()})" if said.returncode == 0 else version
