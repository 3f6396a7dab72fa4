"""Makes the shared helpers of this folder (such as ``strategies``) importable from every test."""
