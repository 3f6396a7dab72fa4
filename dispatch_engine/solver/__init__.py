"""One problem in, one result out: arrays, compiled kernels, search, and the exact model of small days."""
