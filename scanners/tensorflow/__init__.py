"""What TensorFlow's ops and functions do: shared by the formats that hold graphs and by Keras layers that call them."""

from scanners.tensorflow.ops import OpJudgement, is_computation, judge_op, known_ops

__all__ = ["OpJudgement", "is_computation", "judge_op", "known_ops"]
