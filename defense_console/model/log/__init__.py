"""What every log shares: the envelope, undo, the subject of a stream."""
