"""The picture of a plan: one HTML file that opens anywhere, without a network."""
