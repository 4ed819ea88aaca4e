"""PaddlePaddle: programs of operators, and files of parameters."""
