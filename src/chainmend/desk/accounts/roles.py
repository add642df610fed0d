"""What the roles are called, and which of them belong to one firm, institute or district alone."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from chainmend.workflow import ROLES, Role

NAMES: Mapping[Role, object] = {
    "analyst": _("Analyst"),
    "promoter": _("Promotion officer"),
    "scientist": _("Science officer"),
    "district": _("District officer"),
    "leader": _("Chain leader or institute"),
    "chief": _("Chain chief"),
    "auditor": _("Auditor"),
    "admin": _("Administrator"),
}
CHOICES = [(role, NAMES[role]) for role in ROLES]
