"""Where the desk keeps its data: one folder with the database, the datasets, the scans and what people attached."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from chainmend.errors import DeskError
from chainmend.i18n import _

HOME_VARIABLE = "CHAINMEND_DESK_HOME"
DATABASE_VARIABLE = "CHAINMEND_DESK_DATABASE_URL"
HOSTS_VARIABLE = "CHAINMEND_DESK_HOSTS"
HTTPS_VARIABLE = "CHAINMEND_DESK_HTTPS"
TIMEZONE_VARIABLE = "CHAINMEND_DESK_TIMEZONE"
DEFAULT_HOME = "chainmend-desk"
_SECRET_BYTES = 48


@dataclass(frozen=True)
class Home:
    """The folder of a desk.

    Attributes
    ----------
    folder
        Made by `prepare` where it is not there.

    Examples
    --------
    >>> Home(Path("desk")).scans.as_posix()
    'desk/scans'
    """

    folder: Path

    @property
    def database(self) -> Path:
        """The file of the SQLite database."""
        return self.folder / "db.sqlite3"

    @property
    def datasets(self) -> Path:
        """One folder a dataset."""
        return self.folder / "datasets"

    @property
    def incoming(self) -> Path:
        """Where the machine's administrator puts or mounts folders of data that are too large to be sent."""
        return self.folder / "incoming"

    @property
    def scans(self) -> Path:
        """One folder a scan, named by its id, as `chainmend.scanning.save_scan` writes it."""
        return self.folder / "scans"

    @property
    def media(self) -> Path:
        """What people attached."""
        return self.folder / "media"

    @property
    def catalogue(self) -> Path:
        """The catalogue of a city of its own; without it the one that is shipped is scanned with."""
        return self.folder / "catalogue"

    @property
    def catalogues(self) -> Path:
        """Copies of the catalogues that scans were made with, one folder a fingerprint."""
        return self.folder / "catalogues"

    @property
    def secret_file(self) -> Path:
        """The key that sessions are signed with; only its owner may read it."""
        return self.folder / "secret.key"

    def secret(self) -> str:
        """Return the key of this desk, or one of the moment where the folder has none yet."""
        try:
            return self.secret_file.read_text("utf-8").strip() or secrets.token_urlsafe(_SECRET_BYTES)
        except OSError:
            return secrets.token_urlsafe(_SECRET_BYTES)

    def prepare(self) -> Home:
        """Make the folders and the key where they are not there yet.

        Raises
        ------
        DeskError
            If the folder holds something that no desk wrote, or cannot be written.
        """
        if self.folder.is_file() or (
            self.folder.is_dir() and any(self.folder.iterdir()) and not self.secret_file.is_file()
        ):
            raise DeskError(
                _("it holds something that no desk wrote"),
                expected=_("a new folder, or that of a desk"),
                where=str(self.folder),
                do=_("choose another folder with --home"),
            )
        try:
            for folder in (self.folder, self.datasets, self.incoming, self.scans, self.media):
                folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            if not self.secret_file.is_file():
                partial = self.secret_file.with_suffix(f".{os.getpid()}")
                partial.touch(mode=0o600)
                partial.write_text(secrets.token_urlsafe(_SECRET_BYTES) + "\n", "utf-8")
                partial.replace(self.secret_file)
        except OSError as error:
            raise DeskError(
                error.strerror or str(error),
                expected=_("a folder that can be written"),
                where=str(self.folder),
                do=_("choose another folder with --home"),
            ) from error
        return self


def home_of_environment() -> Home:
    """Return the home that CHAINMEND_DESK_HOME names, else ``chainmend-desk`` in the current folder."""
    return Home(Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).absolute())
