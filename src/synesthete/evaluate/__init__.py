"""HOW GOOD: metrics, splits and protocols, always beside baselines."""
