"""What must survive: repeatable programs with real processes and real signals."""
