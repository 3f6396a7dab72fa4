"""The compiled part of the engine: small functions over arrays, each with a slow twin in the tests."""
