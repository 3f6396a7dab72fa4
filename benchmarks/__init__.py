"""Measurements of dispatch-engine: speed, real days, public benchmark families."""
