"""What a Keras configuration says, and what loading it would do: shared by all formats that carry one."""

from scanners.keras.config import MAX_CONFIG_BYTES, parse
from scanners.keras.judge import judge

__all__ = ["MAX_CONFIG_BYTES", "judge", "parse"]
