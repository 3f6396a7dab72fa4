"""The calls, one file for each group of them; ``ROUTERS`` in ``dispatch_engine.api.app`` lists them all."""
