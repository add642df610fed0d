"""Tokens: what a program shows instead of a name and a password."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chainmend.desk.accounts.models import User


class ApiToken(models.Model):
    """A token of a person; the desk keeps its hash alone and cannot show it a second time.

    `password_mark` is of the password that the person had when they made it: with another password the token is dead.
    """

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("what it is for"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    password_mark = models.CharField(max_length=64)
    made = models.DateTimeField(auto_now_add=True)
    used = models.DateTimeField(null=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made", "-id")

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """``revoked``, ``expired``, ``dead`` (the password is another one now) or ``good``."""
        if self.revoked is not None:
            return "revoked"
        if self.expires <= timezone.now():
            return "expired"
        return "good" if self.password_mark == self.owner.get_session_auth_hash() else "dead"
