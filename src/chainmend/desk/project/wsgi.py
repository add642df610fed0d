"""The application that the server runs."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from chainmend.desk.parent import end_with_parent

end_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chainmend.desk.project.settings")
application = get_wsgi_application()

from chainmend.desk.atlas.warm import start_warming  # noqa: E402  (it needs the application)

start_warming()
