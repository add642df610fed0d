"""The application that the server runs."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from chainmend.desk.parent import end_with_parent, has_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chainmend.desk.project.settings")
application = get_wsgi_application()

if has_parent():  # not where a test or a tool only looks at the application
    from chainmend.desk.atlas.warm import start_warming

    end_with_parent()
    start_warming()
