"""Hostile input for every reader: coverage-guided (``python -m tests.fuzz``) and, in the unit tier,
by hypothesis, with all that was ever found kept in ``regressions/``."""
