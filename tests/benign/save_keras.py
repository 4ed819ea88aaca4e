"""Save small models as Keras writes them: `python save_keras.py keras FOLDER`, or with `tf_keras` for Keras 2.

Needs an environment with that library and TensorFlow. The weights are random and small; what counts is the configurations.
"""

import importlib
import sys
from pathlib import Path
from typing import Any


def functional(keras: Any) -> Any:
    """Return a model with branches, wrappers, cells, regularizers and a learning-rate schedule."""
    layers = keras.layers
    inputs = keras.Input((6, 4))
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True, kernel_regularizer="l2"))(inputs)
    x = layers.TimeDistributed(layers.Dense(2, activation="relu", kernel_constraint="max_norm"))(x)
    x = layers.RNN(layers.GRUCell(3))(x)
    y = layers.GlobalAveragePooling1D()(layers.Conv1D(3, 2, kernel_initializer=keras.initializers.HeNormal())(inputs))
    x = layers.Dropout(0.1)(layers.Add()([x, y]))
    model = keras.Model(inputs, [layers.Dense(2, activation="softmax", name="a")(x), layers.Dense(1, name="b")(x)])
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.1, 0.2])
    model.compile(keras.optimizers.AdamW(schedule), {"a": "categorical_crossentropy", "b": keras.losses.Huber()})
    return model


def images(keras: Any) -> Any:
    """Return a model with preprocessing, augmentation and normalisation."""
    layers = keras.layers
    steps = [
        keras.Input((8, 8, 3)),
        layers.Rescaling(1 / 255),
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.Normalization(mean=[1.0, 1.0, 1.0], variance=[1.0, 1.0, 1.0]),
        layers.SeparableConv2D(4, 3, padding="same"),
        layers.BatchNormalization(),
        layers.PReLU(shared_axes=[1, 2]),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(2, activation=keras.activations.softmax),
    ]
    model = keras.Sequential(steps)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
    return model


def text(keras: Any) -> Any:
    """Return a model with vocabularies of its own and attention."""
    layers = keras.layers
    words = keras.Input((), dtype="string")
    x = layers.TextVectorization(vocabulary=["a", "b", "c"], output_sequence_length=4)(words)
    x = layers.Embedding(5, 4)(x)
    x = layers.LayerNormalization()(layers.MultiHeadAttention(2, 2)(x, x))
    return keras.Model(words, layers.GlobalMaxPooling1D()(x))


def main(library: str, folder: str) -> None:
    """Save each model in each format that holds it."""
    keras = importlib.import_module(library)
    target = Path(folder)
    prefix = f"{library}-{keras.__version__}"
    for build in (functional, images, text):
        model = build(keras)
        model.save(target / f"{prefix}-{build.__name__}.keras")
        if build is not text:
            model.save(target / f"{prefix}-{build.__name__}.h5")
        else:
            (target / f"{prefix}-{build.__name__}.json").write_text(model.to_json())
    if library == "tf_keras":
        images(keras).save(target / f"{prefix}-savedmodel")


if __name__ == "__main__":
    main(*sys.argv[1:])
