"""The WSGI entry: `gunicorn wsgi:app`, and what the flask command finds."""

from wandr import create_app

app = create_app()
