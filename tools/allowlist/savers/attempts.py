"""Try to make things that some versions of a library do not have."""

import signal

SECONDS = 20


def attempt(make, *arguments, **keywords):
    """Return what `make` returns, None where it fails or takes too long."""
    try:
        signal.alarm(SECONDS)
        return make(*arguments, **keywords)
    except Exception:
        return None
    finally:
        signal.alarm(0)


def attempts(makers):
    """Yield a name and a thing for each maker that succeeds."""
    for name, make in makers.items():
        thing = attempt(make)
        if thing is not None:
            yield name, thing
