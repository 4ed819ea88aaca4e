"""Try to make things that some versions of a library do not have."""

import os
import signal

SECONDS = 20


def give_up(number, frame):
    """Turn the alarm into an error."""
    raise TimeoutError(number, frame)


signal.signal(signal.SIGALRM, give_up)


def attempt(make, *arguments, **keywords):
    """Return what `make` returns, None where it fails or takes too long."""
    try:
        signal.alarm(SECONDS)
        return make(*arguments, **keywords)
    except Exception:
        return None
    finally:
        signal.alarm(0)


def isolated(make, *arguments):
    """Return the bytes that `make` returns in a process of its own, None where it fails or ends that process."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # a lock that was held at the fork is waited for in C
        data = attempt(make, *arguments)
        with os.fdopen(write, "wb") as file:
            file.write(data or b"")
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        data = file.read()
    os.waitpid(child, 0)
    return data or None


def attempts(makers):
    """Yield a name and a thing for each maker that succeeds."""
    for name, make in makers.items():
        thing = attempt(make)
        if thing is not None:
            yield name, thing
