"""The ten most important things that people do, each in both languages: at least one of every role."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping

import pytest

from chainmend.desk.demo import Scanned
from chainmend.desk.home import Home
from chainmend.desk.worklist.days import day
from chainmend.i18n import Language, speaking

from .conftest import Desk, Visit, Visiting, log_in

FIRMS = "firm_id,name,city,output\nA1,Alpha,示例市,100\nA2,Beta,示例市,200\nA3,Gamma,示例市,-5\n"
DAYS: Mapping[Language, str] = {"zh": "2025-06-30", "en": "2025-07-31"}
SCAN_SECONDS = 60_000

pytestmark = pytest.mark.parametrize("language", ["zh", "en"])


def later(days: int) -> str:
    """A day from now, as a date field takes it."""
    return (dt.date.today() + dt.timedelta(days=days)).isoformat()


def done(visit: Visit) -> None:
    """The desk says that the move is written down."""
    visit.page.get_by_text(visit.say("Done, and written to the record.")).wait_for()


def entry(visit: Visit, name: str) -> str:
    """Go to the entry of the journey; return its id."""
    pk = visit.desk.entries[visit.language][name]
    visit.go(f"/list/{pk}/")
    return pk


def state(visit: Visit) -> str:
    """The state that the line of steps shows."""
    return visit.page.locator("ol.path li.now span").inner_text()


def test_an_analyst_takes_in_data_and_sees_the_rows_that_were_refused(
    language: Language, visit: Visiting
) -> None:
    me = visit("analyst", language)
    me.go("/data/")
    me.follow("Upload data")
    files = [{"name": "firms.csv", "mimeType": "text/csv", "buffer": (FIRMS + language).encode()}]
    me.page.locator("#id_tables").set_input_files(files)  # type: ignore[arg-type]
    me.page.locator("#id_city").fill("示例市")
    me.page.locator("#id_date").fill(DAYS[language])
    me.press("Check and take in")
    row = me.page.locator("tbody tr").first
    row.wait_for()
    assert "firms.csv" in row.inner_text()
    row.get_by_role("link", name="2", exact=True).click()
    refused = me.page.locator("main tbody").inner_text()
    assert "-5" in refused
    assert "firms.csv" in refused
    with me.page.expect_download() as taken:
        me.follow("As a file (CSV)")
    text = taken.value.path().read_text("utf-8-sig")
    assert "-5" in text
    assert text.splitlines()[0].endswith("demo_data")


def test_an_analyst_confirms_a_gap_and_assigns_many_at_once(language: Language, visit: Visiting) -> None:
    me = visit("analyst", language)
    mine = [entry(me, "new"), *(me.desk.entries[language][n] for n in ("ready", "spare"))]
    form = me.open("Confirm")
    form.get_by_role("button").click()
    done(me)
    assert state(me) == me.say("Confirmed")
    for pk in mine:
        me.go(f"/list/?q={pk}")
        assert me.page.locator("#mend tbody tr").count() == 1
    me.go("/list/?state=confirmed&order=segment")
    for pk in mine:
        me.page.locator(f"input[name=entry][value^='{pk}:']").check()
    assert me.page.locator("#count").inner_text() == "3"
    bar = me.page.locator(".tickbar")
    bar.locator("[name=remedy]").select_option("attract")
    bar.locator("[name=due]").fill(later(9))
    me.press("Assign")
    me.page.get_by_text(me.say("{n} assigned.", n=3)).wait_for()
    for pk in mine:
        me.go(f"/list/{pk}/")
        assert state(me) == me.say("Assigned")
        with speaking(language):
            due = day(dt.date.today() + dt.timedelta(days=9))
        assert due in me.page.locator("ol.tl").inner_text()


def test_a_promoter_takes_an_entry_reports_and_hands_it_in(language: Language, visit: Visiting) -> None:
    me = visit("promoter", language)
    me.go("/list/?view=mine")
    pk = me.desk.entries[language]["attract"]
    me.page.locator(f"#mend a[href='/list/{pk}/']").click()
    take = me.open("Take on")
    take.locator("[name=step]").select_option("talks")
    take.get_by_role("button").click()
    done(me)
    assert state(me) == me.say("Being mended")
    report = me.open("Report progress")
    report.locator("[name=step]").select_option("signed")
    report.locator("[name=note]").fill("合同 signed")
    report.get_by_role("button").click()
    done(me)
    assert me.say("Signed") in me.page.locator("ol.path li.now").inner_text()
    hand_in = me.open("Hand in for the next scan")
    hand_in.locator("[name=note]").fill("first delivery")
    hand_in.get_by_role("button").click()
    done(me)
    assert state(me) == me.say("To verify")
    assert me.page.get_by_text(me.say("Only a scan closes an entry.")).is_visible()
    assert me.page.locator("details.do-it").count() == 0


def test_a_scientist_takes_what_is_to_be_developed_and_names_an_institute(
    language: Language, visit: Visiting
) -> None:
    me = visit("scientist", language)
    entry(me, "develop")
    partner = me.open("Name a partner")
    partner.locator("[name=party]").select_option(index=0)
    partner.locator("[name=note]").fill("joint project")
    partner.get_by_role("button").click()
    done(me)
    assert "joint project" in me.page.locator("ol.tl").inner_text()
    take = me.open("Take on")
    take.locator("[name=step]").select_option("project")
    take.get_by_role("button").click()
    done(me)
    assert state(me) == me.say("Being mended")


def test_a_district_works_on_its_own_entries_and_knows_of_no_other(
    language: Language, visit: Visiting
) -> None:
    me = visit("district", language)
    other = me.desk.entries[language]["attract"]
    mine = me.desk.entries[language]["local"]
    me.go("/list/?view=mine")
    assert me.page.locator(f"#mend a[href='/list/{mine}/']").count() == 1
    me.expected.add(404)
    me.go(f"/list/{other}/")
    assert me.page.get_by_text(me.say("There is nothing here for you")).first.is_visible()
    entry(me, "local")
    back = me.open("Return")
    back.locator("[name=reason]").fill("for another district")
    back.get_by_role("button").click()
    done(me)
    assert state(me) == me.say("Returned")


def test_a_chain_leader_reports_a_need_and_says_whether_it_is_so(language: Language, visit: Visiting) -> None:
    me = visit("leader", language)
    me.page.goto(f"{me.desk.address}/login/")  # who is logged in is led to the first page of the role
    assert me.page.url.endswith("/my-work/")
    me.go("/needs/")
    me.page.locator("#segment").select_option("ic.eda")
    me.page.locator("#text").fill(f"tools for 7 nm ({language})")
    me.press("Report a need")
    me.page.get_by_text(me.say("Reported. Analysts see it on this page.")).wait_for()
    assert f"({language})" in me.page.locator(".need").first.inner_text()
    entry(me, "named")
    verify = me.open("Verify the evidence")
    verify.locator("[name=verdict]").select_option("partly")
    verify.locator("[name=note]").fill("a second source is being tried")
    verify.get_by_role("button").click()
    done(me)
    told = me.page.locator("ol.tl").inner_text()
    assert "a second source is being tried" in told
    assert me.say("partly so") in told


def test_a_chief_goes_from_the_cockpit_to_what_is_late_reminds_and_decides(
    language: Language, visit: Visiting
) -> None:
    me = visit("chief", language)
    me.go("/")
    late = {me.desk.entries[code]["late"] for code in ("zh", "en")}
    reds = me.page.locator("aside.side a[href^='/list/E']")
    addresses = {(a.get_attribute("href") or "").split("/")[2] for a in reds.all()}
    assert late & addresses
    reds.first.click()
    assert me.say("{n} d overdue", n=12) in me.page.locator("main").inner_text()
    entry(me, "late")
    me.open("Remind").get_by_role("button").click()
    done(me)
    assert me.say("Remind") in me.page.locator("ol.tl").inner_text()
    decide = me.open("Decide")
    decide.locator("[name=note]").fill("the bureau of investment stays in charge")
    decide.get_by_role("button").click()
    done(me)
    assert "stays in charge" in me.page.locator("ol.tl li").first.inner_text()


def test_an_auditor_takes_the_record_along_and_checks_it_alone(language: Language, visit: Visiting) -> None:
    me = visit("auditor", language)
    me.go("/record/")
    headline = me.page.locator("h1").inner_text()
    with me.page.expect_download() as taken:
        me.follow("Export the record")
    lines = [json.loads(line) for line in taken.value.path().read_text("utf-8").splitlines()]
    assert str(len(lines)) in re.sub(r"\D", "", headline)
    before = "0" * 64
    for number, line in enumerate(lines, 1):
        content = json.loads(line["content"])
        assert hashlib.sha256(line["content"].encode()).hexdigest() == line["hash"]
        assert (content["number"], content["previous"]) == (number, before)
        before = line["hash"]
    me.go(f"/list/{me.desk.entries[language]['ready']}/")
    assert me.page.locator("main form").count() == 0


def test_an_administrator_makes_an_account_whose_owner_changes_the_password(
    language: Language, visit: Visiting
) -> None:
    admin = visit("admin", language)
    admin.go("/people/")
    admin.follow("New account")
    name = f"xin-{language}"
    admin.page.locator("#id_username").fill(name)
    admin.page.locator("#id_name").fill("New Person")
    admin.page.locator("#id_role").select_option("chief")
    admin.page.locator("#id_organisation").select_option(index=1)
    admin.press("Save")
    codes = admin.page.locator("main code")
    assert codes.first.inner_text() == name
    first = codes.nth(1).inner_text()
    me = visit("chief", language, logged_in=False)
    log_in(me, name, first)
    assert me.page.url.endswith("/password/")
    me.go("/list/")
    assert me.page.url.endswith("/password/")
    me.page.locator("#id_old_password").fill(first)
    for field in ("#id_new_password1", "#id_new_password2"):
        me.page.locator(field).fill("a password of my own")
    me.press("Keep the new password")
    me.page.wait_for_url(lambda url: "/password/" not in url)
    assert me.page.get_by_text(me.say("Your password is changed.")).is_visible()
    me.go("/list/")
    assert me.page.locator("#mend tbody tr").count() > 0


def test_the_chain_map_is_pulled_by_keyboard_and_restored(language: Language, visit: Visiting) -> None:
    me = visit("chief", language)
    me.go(f"/chains/{me.desk.entries[language]['cluster']}/")
    id, other = me.desk.entries[language]["made"], me.desk.entries[language]["missing"]
    node = me.page.locator(f"svg.m a.n[data-id='{id}']")
    node.focus()
    me.page.locator(".hc h3").wait_for()
    assert me.page.locator(".hc h3").inner_text().startswith(str(node.get_attribute("data-name")))
    me.page.keyboard.press("p")
    me.page.wait_for_url(f"**/?pull={id}")
    assert me.page.locator("svg.m.pull").count() == 1
    assert me.page.get_by_text(me.say("Expected loss a year")).is_visible()
    me.page.locator("details.alt summary").click()
    assert me.page.locator("#map-table").is_visible()
    me.page.keyboard.press("Escape")
    me.page.wait_for_url(f"**/?at={id}")
    assert me.page.locator("svg.m.pull").count() == 0
    me.page.locator(f"svg.m a.n[data-id='{other}']").focus()
    me.page.keyboard.press("Enter")
    me.page.wait_for_url(f"**/?at={other}")
    me.follow("Segment page")
    me.page.wait_for_url(f"**/segments/{other}/")
    assert me.page.locator("h1 .fb").inner_text().strip() == me.say("Missing")


def pack(folder: Home, one: Scanned, date: str) -> bytes:
    """The tables of a dataset at another date, as a zip that a person sends."""
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder.datasets / one.folder).iterdir()):
            if path.is_file():
                content = path.read_text("utf-8") if path.name == "dataset.yaml" else path.read_bytes()
                if isinstance(content, str):
                    content = re.sub(r"(?m)^date:.*$", f"date: {date}", content)
                archive.writestr(path.name, content)
    return room.getvalue()


def take_in_and_scan(me: Visit, content: bytes) -> None:
    """Send data, scan them and wait until the worker is done."""
    me.go("/data/upload/")
    files = [{"name": "city.zip", "mimeType": "application/zip", "buffer": content}]
    me.page.locator("#id_tables").set_input_files(files)  # type: ignore[arg-type]
    me.press("Check and take in")
    me.press("Scan these data")
    me.page.get_by_text(me.say("Changes of the list")).wait_for(timeout=SCAN_SECONDS)


def test_only_a_later_scan_closes_an_entry_and_one_after_reopens_it(
    language: Language, visit: Visiting, desk: Desk, scanned: tuple[Home, tuple[Scanned, Scanned]]
) -> None:
    first, second = scanned[1]
    me = visit("analyst", language)
    if language == "zh":
        take_in_and_scan(me, pack(scanned[0], second, "2026-07-31"))
        wanted = me.say("Gone twice in a row: closed by the scan")
        me.go("/list/?view=closed")
        me.page.locator("#mend tbody a").first.click()
        assert state(me) == me.say("Closed")
    else:
        take_in_and_scan(me, pack(scanned[0], first, "2026-08-31"))
        wanted = me.say("It is back: reopened by the scan")
        me.go("/list/?state=relapsed")
        me.page.locator("#mend tbody a").first.click()
        assert state(me) == me.say("Relapsed")
    assert wanted in me.page.locator("ol.tl li.scan").first.inner_text()
    assert me.page.locator("details.do-it button", has_text=me.say("Closed")).count() == 0
