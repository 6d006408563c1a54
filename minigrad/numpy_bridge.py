"""Floor 2: NumPy's functions on a Var, one table: each goes to an op or to one line of composition."""
