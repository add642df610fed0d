"""Comments and attachments: events of the record like any other, so that nobody can change or lose them."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chainmend.desk.accounts.models import User
from chainmend.desk.visibility import may, visible_entries
from chainmend.desk.worklist import record
from chainmend.desk.worklist.given import LONGEST
from chainmend.desk.worklist.models import Event, Mention
from chainmend.errors import DeskError
from chainmend.i18n import _

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from chainmend.desk.worklist.models import Entry

LARGEST = 10_000_000
_NAMED = re.compile(r"@([\w.+-]+)")
_LONGEST_NAME = 120


def _text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _office(part: str) -> Callable[[bytes], bool]:
    def check(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(BytesIO(content)) as packed:
                return any(name.startswith(part) for name in packed.namelist())
        except zipfile.BadZipFile:
            return False

    return check


KINDS: Mapping[str, Callable[[bytes], bool]] = {
    ".pdf": lambda c: c.startswith(b"%PDF-"),
    ".png": lambda c: c.startswith(b"\x89PNG\r\n\x1a\n"),
    ".jpg": lambda c: c.startswith(b"\xff\xd8\xff"),
    ".jpeg": lambda c: c.startswith(b"\xff\xd8\xff"),
    ".docx": _office("word/"),
    ".xlsx": _office("xl/"),
    ".csv": _text,
    ".txt": _text,
}
"""Ending of a file that may be attached -> whether the content is what the ending says."""


@transaction.atomic
def comment(entry_id: str, user: User, text: str) -> Event:
    """Write a comment; people named in it with @ find the entry among those that wait for them.

    Raises
    ------
    DeskError
        If there is no such entry for the person, or the text is empty or too long.
    """
    entry = _entry(entry_id, user)
    text = text.replace("\0", "").strip()
    if not text or len(text) > LONGEST:
        raise DeskError(
            _("a comment of {n} letters").format(n=f"{len(text):,}"),
            expected=_("1 to {n}").format(n=f"{LONGEST:,}"),
            where=entry_id,
        )
    people = [p for p in _people(text) if p != user and may(p, "see_entry", entry)]
    data = {"note": text, "mentions": sorted(p.username for p in people)}
    event = record.append(entry, "comment", user=user, before=entry.state, data=data, at=timezone.now())
    Mention.objects.bulk_create(Mention(event=event, person=p) for p in people)
    return event


def _people(text: str) -> list[User]:
    return list(User.objects.filter(username__in=set(_NAMED.findall(text)), is_active=True))


@transaction.atomic
def attach(entry_id: str, user: User, upload: UploadedFile[Any] | None) -> Event:
    """Keep a file with an entry; the record holds its name, size and sha256.

    Raises
    ------
    DeskError
        If there is no such entry for the person, or the file is empty, too large, or not what its ending says.
    """
    entry = _entry(entry_id, user)
    if upload is None:
        raise DeskError(_("no file"), expected=_("a file to attach"), where=entry_id)
    name = Path(str(upload.name).replace("\\", "/")).name[-_LONGEST_NAME:]
    size = upload.size or 0
    check = KINDS.get(Path(name).suffix.lower())
    if check is None:
        raise DeskError(name, expected=_("a file that ends with {kinds}").format(kinds=", ".join(KINDS)))
    if not 0 < size <= LARGEST:
        raise DeskError(
            _("{name} of {n} bytes").format(name=name, n=f"{size:,}"),
            expected=_("1 to {n}").format(n=f"{LARGEST:,}"),
        )
    content = upload.read()
    if not check(content):
        raise DeskError(name, expected=_("content of the kind that its ending says"))
    digest = hashlib.sha256(content).hexdigest()
    path = stored(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    _keep(path, content)
    data = {"name": name, "size": len(content), "sha256": digest}
    return record.append(entry, "attach", user=user, before=entry.state, data=data, at=timezone.now())


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that is there is overwritten by the same bytes."""
    handle, partial = tempfile.mkstemp(prefix=".", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(partial, 0o640)
    os.replace(partial, path)


def stored(digest: str) -> Path:
    """Return where an attached file of that sha256 lies."""
    return Path(settings.MEDIA_ROOT) / "attachments" / digest


def _entry(entry_id: str, user: User) -> Entry:
    # locked like a move, or the event could tell of a state that somebody changes at this moment
    entry = visible_entries(user).select_for_update(of=("self",)).filter(pk=entry_id).first()
    if entry is None or not may(user, "comment"):
        raise DeskError(_("no entry {id}").format(id=entry_id), do=_("go back to the list"))
    return entry
