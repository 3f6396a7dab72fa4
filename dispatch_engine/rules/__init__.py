"""The rules of the business: one file a rule, said once for the engines and once in plain Python."""
