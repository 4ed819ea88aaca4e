"""What holds for all tests: properties are tried on the same examples at every run, and never against the clock.

`HYPOTHESIS_PROFILE=random` tries new examples, as `make fuzz` does.
"""

import os
import signal

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# A shell has what it starts in the background ignore Ctrl-C, and children inherit that: tests of it would fail there.
signal.signal(signal.SIGINT, signal.default_int_handler)
