"""Fill a desk for journeys, in a process of its own: ``python -m tests.desk.journeys.prepare FOLDER SCANNED...``.

Each journey finds an entry of its own for each language, so that none waits for another. They are printed with the
log-ins as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Any

PLAN = {
    "new": "detected", "ready": "confirmed", "spare": "confirmed", "attract": "assigned", "develop": "assigned",
    "local": "assigned", "named": "confirmed", "late": "assigned",
}  # fmt: skip
"""Name of an entry in a journey -> the state it is in."""
LANGUAGES = ("zh", "en")


def fill(folder: Path, scanned: list[Path]) -> dict[str, Any]:
    """Make people, a list held against two scans, and the entries of `PLAN`."""
    from chainmend.desk.home import HOME_VARIABLE, Home

    home = Home(folder).prepare()
    os.environ[HOME_VARIABLE] = str(home.folder)
    (home.folder / "settings.yaml").write_text(
        "value: {draws: 0, top: 5}\nsensitivity: {draws: 0, step: 0, missing_links: 0}\n", "utf-8"
    )
    from chainmend.desk.start import start

    start()
    from chainmend.desk.demo import adopt, make_people, owe_tables, take

    made = [adopt(data, scan, home) for data, scan in zip(scanned[::2], scanned[1::2], strict=True)]
    for one in made:
        take(one)
    logins = make_people(made[-1].dataset.tables["firms"])
    owe_tables()
    return {"logins": {g.username: g.password for g in logins}, "entries": _entries()}


def _entries() -> dict[str, dict[str, str]]:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans import current
    from chainmend.desk.worklist.models import Entry
    from chainmend.desk.worklist.services import move

    people = {p.role: p for p in User.objects.select_related("organisation")}
    view = current()
    assert view is not None
    still = Entry.objects.filter(finding_id__in=list(view.scan.findings["finding_id"]), state="detected")
    left = iter(still.exclude(district=people["district"].district).order_by("pk"))
    homes = {"attract": "promoter", "develop": "scientist", "local": "district", "late": "promoter"}
    due = dt.date.today() + dt.timedelta(days=20)
    found: dict[str, dict[str, str]] = {language: _segments(view) for language in LANGUAGES}
    for language in LANGUAGES:
        for name, state in PLAN.items():
            entry = next(left)
            found[language][name] = entry.pk
            if state == "detected":
                continue
            move(entry.pk, "confirm", people["analyst"], {}, entry.version)
            if name == "named":
                given = {"party": str(people["leader"].organisation_id), "note": "they buy it"}
                move(entry.pk, "name_partner", people["analyst"], given, entry.version + 1)
            if state == "assigned":
                remedy = {"develop": "develop", "local": "ally"}.get(name, "attract")
                given = {
                    "owner": str(people[homes[name]].organisation_id),
                    "remedy": remedy,
                    "due": due.isoformat(),
                }
                move(entry.pk, "assign", people["analyst"], given, entry.version + 1)
    late = [found[language]["late"] for language in LANGUAGES]
    Entry.objects.filter(pk__in=late).update(due=dt.date.today() - dt.timedelta(days=12))
    return found


def _segments(view: Any) -> dict[str, str]:
    """The cluster with most output among those with a gap, its segment with most output, one with nobody, a firm."""
    kinds = view.scan.findings
    missing = sorted(kinds.filter(kinds["kind"] == "missing")["segment_id"])
    of = {id: segment.cluster_id for id, segment in view.catalogue.segments.items()}
    made = {
        id: value or 0.0 for id, value in view.scan.segment_facts.select("segment_id", "output").iter_rows()
    }
    most = max((id for id in made if of[id] in {of[m] for m in missing}), key=lambda id: (made[id], id))
    gap = next(m for m in missing if of[m] == of[most])
    firm = min(view.scan.placements.filter(view.scan.placements["segment_id"] == most)["firm_id"])
    return {"cluster": of[most], "made": most, "missing": gap, "firm": firm}


if __name__ == "__main__":
    print(json.dumps(fill(Path(sys.argv[1]), [Path(p) for p in sys.argv[2:]])))
