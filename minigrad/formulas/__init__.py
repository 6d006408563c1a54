"""What a user types. `tokens` cuts it up, `grammar` reads it, and `expressions` computes it on the
tape, with the functions and distributions of `calls`.
"""
