"""Every exception Chainmend raises on purpose.

::

    ChainmendError
    ├── DatasetError      a folder, table or file of a city's data cannot be used
    │   └── TableError    one table breaks its contract as a whole (a required column is missing, ...)
    ├── CatalogueError    a chain definition is refused; names file and line
    ├── ScopeError        two figures of different scope were about to be compared
    ├── SettingsError     a setting is out of its range
    ├── NetworkError      a supply network or a shock cannot be used
    ├── IndicatorError    an indicator cannot be computed of these numbers
    ├── ScanError         a scan cannot run or its folder cannot be read
    ├── PilotError        a trial, a chip, a model or a result file of the pilot field cannot be used
    ├── DeskError         what somebody asks of the desk cannot be done, or its record is not whole
    └── RegistryError     an id is registered twice or not at all

A message says what came, what was expected, where, and what to do.
"""

from __future__ import annotations

from chainmend.i18n import _


class ChainmendError(Exception):
    """Base of all; the four parts of the message are kept as attributes.

    Parameters
    ----------
    came
        What was found.
    expected
        What would have been right.
    where
        File, row, column, line or id.
    do
        What the reader can do about it.

    Examples
    --------
    >>> print(ChainmendError("output -3", expected="a number of at least 0", where="firms.csv, row 7"))
    firms.csv, row 7: output -3; expected: a number of at least 0
    """

    def __init__(
        self, came: str, *, expected: str | None = None, where: str | None = None, do: str | None = None
    ) -> None:
        self.came, self.expected, self.where, self.do = came, expected, where, do
        message = _("{where}: {came}").format(where=where, came=came) if where else came
        if expected:
            message = _("{message}; expected: {expected}").format(message=message, expected=expected)
        if do:
            message = _("{message}. What to do: {do}").format(message=message, do=do)
        super().__init__(message)


class DatasetError(ChainmendError):
    """A folder, table or file of a city's data cannot be used."""


class TableError(DatasetError):
    """One table breaks its contract as a whole."""


class CatalogueError(ChainmendError):
    """A chain definition is refused."""


class ScopeError(ChainmendError):
    """Two figures of different scope were about to be compared."""


class SettingsError(ChainmendError):
    """A setting is out of its range."""


class NetworkError(ChainmendError):
    """A supply network or a shock cannot be used."""


class IndicatorError(ChainmendError, ValueError):
    """An indicator cannot be computed of the numbers it was given."""


class ScanError(ChainmendError):
    """A scan cannot run or its folder cannot be read."""


class PilotError(ChainmendError):
    """A trial, a chip, a model or a result file of the pilot field cannot be used."""


class DeskError(ChainmendError):
    """What somebody asks of the desk cannot be done, or its record is not whole."""


class RegistryError(ChainmendError):
    """An id is registered twice or not at all."""
