"""The suite technician-sla-2026: its recipes, its list of instances with checksums, its best known solutions."""
