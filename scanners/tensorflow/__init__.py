"""What TensorFlow's graphs do: shared by the formats that hold graphs and by Keras layers that call ops by name."""
