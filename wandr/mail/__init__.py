"""Mail: letters, and the two ways that they leave by: a folder of files, or an SMTP server."""
