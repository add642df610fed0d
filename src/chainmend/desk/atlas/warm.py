"""What is heavy about a scan is read before anybody asks for it: when the server starts, and after every new scan."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from django.db import DatabaseError, close_old_connections

from chainmend.desk import scans
from chainmend.desk.atlas import cockpit, growth, league, segment
from chainmend.desk.atlas.earlier import before
from chainmend.desk.atlas.pulling import Stop, pull
from chainmend.desk.atlas.reading import atlas, contributions, purchases
from chainmend.errors import ChainmendError, NetworkError

if TYPE_CHECKING:
    from chainmend.desk.scans.view import ScanView

LOG = logging.getLogger("chainmend.desk")
EVERY = 2.0
"""Seconds between two looks for a new scan."""


def warm(view: ScanView) -> None:
    """Read what pages keep of a scan: frames, figures, and the network with the first cascade on it.

    Nothing of it depends on a person; what a role may see of it is decided where it is shown.

    Raises
    ------
    ChainmendError
        If the scan or its data cannot be read.
    """
    contributions(view)
    known = atlas(view, True)
    purchases(view)
    atlas(view, False)
    growth.figures_of(view)
    growth.between(view, before(view))
    cockpit.group(view)
    league.ranks(view)
    for exact in (True, False):
        segment.past_states(view.city, exact)
    for one in known.nodes.values():
        if one.output:
            try:
                pull(view, known, Stop("segment", one.segment.id))
            except NetworkError:
                continue  # no firm of the network is there; the next segment may have some
            return


def keep_warm(every: float = EVERY, ended: threading.Event | None = None) -> None:
    """Look for a new scan again and again and `warm` it, until `ended`.

    What goes wrong is written to the log: the page that needs it will say it to whoever asks.
    """
    ended = ended or threading.Event()
    last: ScanView | None = None
    while True:
        try:
            close_old_connections()
            view = scans.current()
            if view is not None and view != last:
                start = time.perf_counter()
                last = view
                warm(view)
                LOG.info("scan %s is warm after %.1f s", view.scan_id, time.perf_counter() - start)
        except (ChainmendError, DatabaseError) as error:
            LOG.warning("the last scan could not be read: %s", error)
        if ended.wait(every):
            return


def start_warming() -> None:
    """Keep warm in a thread of this process."""
    threading.Thread(target=keep_warm, name="warm", daemon=True).start()
