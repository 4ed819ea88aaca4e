"""A run counts what its children use, ends when it must, and says how it went. No test here asserts a wall time."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from pathlib import Path

import pytest

from benchmarks import measure

MEGABYTE = 1 << 20
ENVIRONMENT = {"PATH": os.environ["PATH"]}


def _run(how, script, tmp_path, timeout=60):
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return how(command, directory=tmp_path, environment=ENVIRONMENT, timeout=timeout)


def test_a_run_tells_exit_code_and_output(tmp_path):
    """Both streams and the exit code come back."""
    run = _run(measure.run, "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (run.exit_code, run.timed_out, run.peak) == (3, False, None)
    assert sorted(run.output.split()) == ["err", "out"]


def test_the_time_of_children_counts(tmp_path):
    """CPU time includes a child that the program waited for."""
    script = """
        import os, time
        child = os.fork()
        if child == 0:
            while time.process_time() < 0.3:
                pass
            os._exit(0)
        os.waitpid(child, 0)
    """
    assert _run(measure.run, script, tmp_path).cpu >= 0.3


def test_the_memory_of_children_counts_and_shared_pages_count_once(tmp_path):
    """64 MiB of a parent that a child shares and 64 MiB of the child alone are 128 MiB together, not 192."""
    script = """
        import os, time
        shared = b"x" * (64 << 20)
        child = os.fork()
        if child == 0:
            own = b"y" * (64 << 20)
            time.sleep(0.5)
            os._exit(0)
        os.waitpid(child, 0)
    """
    run = _run(measure.run_for_memory, script, tmp_path)
    assert run.peak is not None
    assert 128 * MEGABYTE <= run.peak < 180 * MEGABYTE


def test_the_memory_of_this_process_is_not_inherited(tmp_path):
    """What the harness itself holds is no part of a program's peak."""
    ballast = b"z" * (128 * MEGABYTE)
    run = _run(measure.run_for_memory, "import time; time.sleep(0.2)", tmp_path)
    assert ballast
    assert run.peak is not None
    assert run.peak < 64 * MEGABYTE


@pytest.mark.parametrize("how", [measure.run, measure.run_for_memory])
def test_a_program_that_does_not_end_is_ended_with_its_children(how, tmp_path):
    """Past the timeout the whole group is gone."""
    script = """
        import os, time
        child = os.fork()
        if child == 0:
            time.sleep(600)
        print(child, flush=True)
        time.sleep(600)
    """
    run = _run(how, script, tmp_path, timeout=1)
    assert run.timed_out
    assert run.exit_code < 0
    assert _is_gone(int(run.output))


def _is_gone(pid):
    """Wait, for at most ten seconds, until a killed process is dead."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state in {"Z", "X"}:
            return True
        time.sleep(0.01)
    return False
