"""Language models. Each speaks the wire of its maker, and is the same to whoever asks."""
