"""Organisations, the people in them, and who logged in when."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from chainmend.desk.accounts.roles import CHOICES, NAMES
from chainmend.i18n import language
from chainmend.workflow import Role


class Organisation(models.Model):
    """A bureau, district, firm or institute that people of the desk work for.

    `district` is the name that the table of firms uses; `firm_id` and `institute_id` are those of the dataset.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    district = models.CharField(_("district"), max_length=60, blank=True)
    firm_id = models.CharField(_("id of the firm"), max_length=120, blank=True)
    institute_id = models.CharField(_("id of the institute"), max_length=120, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return (language() == "en" and self.name_en) or self.name


class People(BaseUserManager["User"]):
    """Makes accounts."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Make an account; without a password nobody can log in to it."""
        person = self.model(username=self.model.normalize_username(username), **fields)
        person.set_password(password)
        person.full_clean()
        person.save(using=self._db)
        return person


class User(AbstractBaseUser):
    """A person with one role in one organisation. There is no superuser: nobody stands above the table of roles."""

    username = models.CharField(_("log-in name"), max_length=60, unique=True)
    name = models.CharField(_("name of the person"), max_length=60)
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=12, choices=CHOICES)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="people"
    )
    is_active = models.BooleanField(_("may log in"), default=True)
    must_change_password = models.BooleanField(_("must choose a password at the next log-in"), default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[People] = People()

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name of the person."""
        return self.name

    def clean(self) -> None:
        """Refuse a district officer without a district, and a chain leader without a firm or institute."""
        super().clean()
        home = self.organisation if self.organisation_id else None
        if home is None:
            return
        if self.role == "district" and not home.district:
            raise ValidationError(
                {"organisation": _("the organisation of a district officer names a district")}
            )
        if self.role == "leader" and not (home.firm_id or home.institute_id):
            raise ValidationError(
                {"organisation": _("the organisation of a chain leader names a firm or an institute")}
            )

    @property
    def what(self) -> Role:
        """The role, as the table of transitions names it."""
        return cast("Role", self.role)

    @property
    def role_name(self) -> str:
        """What the role is called."""
        return str(NAMES[self.what])

    @property
    def district(self) -> str:
        """The district of the organisation; empty where it has none."""
        return self.organisation.district


class LoginRecord(models.Model):
    """One log-in, log-out or refused try, by a person or with a token. Rows are only ever added."""

    LOGIN, LOGOUT, REFUSED, LOCKED = "login", "logout", "refused", "locked"
    TOKEN_MADE, TOKEN_REVOKED, TOKEN_REFUSED = "made", "revoked", "badtoken"
    KINDS = (
        (LOGIN, _("logged in")),
        (LOGOUT, _("logged out")),
        (REFUSED, _("wrong password")),
        (LOCKED, _("locked out")),
        (TOKEN_MADE, _("made a token")),
        (TOKEN_REVOKED, _("revoked a token")),
        (TOKEN_REFUSED, _("wrong token")),
    )

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    kind = models.CharField(max_length=8, choices=KINDS)
    username = models.CharField(max_length=60)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.username} {self.kind}"
