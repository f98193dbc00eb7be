"""What every log shares, whatever it is about: the envelope, undo, the subject of a stream."""
