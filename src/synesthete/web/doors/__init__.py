"""Other people's contracts, spoken exactly."""
