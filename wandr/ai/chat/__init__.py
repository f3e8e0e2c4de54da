"""An assistant that is a language model: what it reads, which tools it has, what it may say."""
