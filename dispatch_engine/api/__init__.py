"""The HTTP service: jobs that outlive crashes, solves in child processes, and the calls over both."""
