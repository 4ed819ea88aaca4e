"""What a Keras configuration says, and what loading it would do: shared by all formats that carry one."""
