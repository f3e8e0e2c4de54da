"""What must reach somebody outside: mails and webhooks, in order, until they arrive."""
