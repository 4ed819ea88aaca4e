"""Save small models as TensorFlow writes them: `python save_tensorflow.py FOLDER`, with TensorFlow in the environment."""

import sys
import tempfile
from pathlib import Path

import tensorflow as tf


class Lookup(tf.Module):
    """A table that is filled from an asset."""

    def __init__(self, vocabulary: str) -> None:
        super().__init__()
        self.scale = tf.Variable(1.0)
        whole, number = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
        filled = tf.lookup.TextFileInitializer(vocabulary, tf.string, whole, tf.int64, number)
        self.table = tf.lookup.StaticHashTable(filled, -1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def serve(self, words: tf.Tensor) -> tf.Tensor:
        """Look words up, in a loop for the sake of a loop."""
        total = tf.zeros([])
        for _ in tf.range(3):
            total += tf.reduce_sum(tf.cast(self.table.lookup(words), tf.float32))
        return total * self.scale


def old_graph(target: Path) -> None:
    """Save a graph of TensorFlow 1: as SavedModel, checkpoint with its meta graph, text, and frozen."""
    v1 = tf.compat.v1
    (target / "checkpoint-v1").mkdir()
    with tf.Graph().as_default() as graph, v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 2], name="x")
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [1.0]), 0.0)
        y = tf.add(tf.matmul(x, v1.get_variable("v", [2, 2])), table.lookup(tf.constant("a")), name="y")
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        v1.train.Saver(sharded=True).save(session, str(target / "checkpoint-v1/model.ckpt"))
        v1.saved_model.simple_save(session, str(target / "savedmodel-v1"), {"x": x}, {"y": y})
        tf.io.write_graph(graph, str(target), "graph-v1.pbtxt")
        frozen = v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["y"])
        (target / "frozen-v1.pb").write_bytes(frozen.SerializeToString())


def main(folder: str) -> None:
    """Save each model."""
    target = Path(folder)
    with tempfile.TemporaryDirectory() as scratch:
        vocabulary = Path(scratch) / "vocabulary.txt"
        vocabulary.write_text("a\nb\n")
        model = Lookup(str(vocabulary))
        tf.saved_model.save(model, str(target / "savedmodel-v2"), signatures=model.serve)
    tf.train.Checkpoint(step=tf.Variable(1), name=tf.Variable("text")).save(str(target / "checkpoint-v2/step"))
    old_graph(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
