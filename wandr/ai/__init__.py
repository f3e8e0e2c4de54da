"""The assistant: it proposes, people decide."""
