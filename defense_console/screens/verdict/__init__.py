"""After the defense: the verdict and the report."""
