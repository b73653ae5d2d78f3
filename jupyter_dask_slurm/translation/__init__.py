"""Sentences in another language, made of the English ones where they are read: docs/translation.md."""
