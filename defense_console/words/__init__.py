"""The words on screen: translation, words for values, names of keys. No screen toolkit."""
