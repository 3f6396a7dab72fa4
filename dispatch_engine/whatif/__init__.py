"""What if: variants of a problem planned side by side, and what one unit more of everything is worth."""
