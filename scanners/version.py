"""The version, in the one place that packaging, reports and messages read it from."""

VERSION = "0.1.0"
