"""The language of the business: problem, plan, SLA policy, clock and files."""
