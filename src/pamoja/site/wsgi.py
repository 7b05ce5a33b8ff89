"""Django as a WSGI application; `asgi` runs it in threads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pamoja.site.settings")
application = get_wsgi_application()
