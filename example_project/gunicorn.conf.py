"""How gunicorn serves the demo site: a few processes of a few threads."""

from __future__ import annotations

wsgi_app = "config.wsgi"
workers = 2
worker_class = "gthread"
threads = 4
control_socket_disable = True
loglevel = "warning"
