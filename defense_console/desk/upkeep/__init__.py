"""Looking after a store: copies, doctor, forgetting."""
