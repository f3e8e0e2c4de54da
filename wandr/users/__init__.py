"""People: who they are, what they say about themselves, and how they leave."""
