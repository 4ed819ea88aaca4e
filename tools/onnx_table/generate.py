"""Write `scanners/onnx/operators.txt`: every operator that an ONNX release has, or ever had, in the standard's own domains.

Usage, in an environment with onnx: `python tools/onnx_table/generate.py scanners/onnx/operators.txt`

The experimental operators of the first releases are listed here: later releases dropped their schemas, old models keep them.
"""

from __future__ import annotations

import sys
from pathlib import Path

EXPERIMENTAL = (
    "ATen",
    "Affine",
    "ConstantFill",
    "Crop",
    "DynamicSlice",
    "FC",
    "GRUUnit",
    "GivenTensorFill",
    "Identity",
    "ImageScaler",
    "MaxRoiPool",
    "ParametricSoftplus",
    "Scale",
    "ScaledTanh",
    "SpatialBN",
    "SpatialTransformer",
)
"""Operators without a stable schema before ONNX 1.5 (docs/Operators.md of those releases)."""


def main() -> int:
    """Write the table to the file that is named."""
    import onnx
    import onnx.defs

    known = {f"{schema.domain}::{schema.name}" for schema in onnx.defs.get_all_schemas_with_history()}
    known.update(f"::{name}" for name in EXPERIMENTAL)
    lines = [f"# operators of onnx {onnx.__version__}, with those that earlier releases had", *sorted(known)]
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
