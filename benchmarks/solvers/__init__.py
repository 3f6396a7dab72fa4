"""Solvers that the runs compare: ours and its peers, each one file that is imported when it is asked for."""
