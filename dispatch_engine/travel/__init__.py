"""Seconds and metres between places: from coordinates, or from a matrix that the user gives."""
