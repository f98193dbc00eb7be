"""What every log shares: the envelope, undo, the chain of hashes, what a log is about."""
