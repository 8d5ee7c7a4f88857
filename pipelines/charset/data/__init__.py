"""Tables of the charset stage, each with its licence and origin beside it."""
