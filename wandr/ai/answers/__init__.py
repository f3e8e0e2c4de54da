"""Answers without a language model: rules read the question, data answers, the rest is said."""
