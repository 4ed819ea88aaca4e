"""What holds for all tests: properties are tried on the same examples at every run, and never against the clock.

`HYPOTHESIS_PROFILE=random` tries new examples, as `make fuzz` does.
"""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
