"""What survives a run: database, run records, dead letters."""
