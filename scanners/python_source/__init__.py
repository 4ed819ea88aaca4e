"""
Python source beside weights, judged on its syntax tree (https://docs.python.org/3/library/ast.html) and never compiled or run.

What runs when the module is imported is told from what runs when it is used; what cannot be told is said.
"""
