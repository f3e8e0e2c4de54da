"""Who is asking: accounts, passwords, sessions, tokens and the door of every REST route."""
