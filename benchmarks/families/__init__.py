"""Public benchmark families: a reader to our problem and an independent evaluator each."""
