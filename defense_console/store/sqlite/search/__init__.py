"""The index that searches of a store in a folder are answered from: a cache in a file of its own."""
