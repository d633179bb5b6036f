"""ONE LIST, WITH REASONS: candidates, blend, diversify, explain."""
