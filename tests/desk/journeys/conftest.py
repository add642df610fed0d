"""A desk that runs, with its worker and scheduler, and a browser that looks at it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from chainmend.desk.demo import Scanned
from chainmend.desk.home import DATABASE_VARIABLE, HOME_VARIABLE, Home
from chainmend.i18n import Language, _, speaking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

LOGINS = {
    "analyst": "fenxi", "promoter": "touzi", "scientist": "keji", "district": "qu", "leader": "lianzhu",
    "chief": "lianzhang", "auditor": "shenji", "admin": "guanli",
}  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
)  # fmt: skip
PATIENCE = 60.0


def lacking(what: str) -> None:
    """Skip with a reason; fail where continuous integration could have had it."""
    if os.environ.get("CI") == "true" and os.geteuid() == 0 and shutil.which("apt-get"):
        pytest.fail(f"{what}, although .ci/packages could have brought it")
    pytest.skip(what)


@dataclass
class Desk:
    """A desk that runs.

    Attributes
    ----------
    address
        Without the stroke at its end.
    folder
        Of its home.
    logins
        Role -> log-in name and password.
    entries
        Language -> name of an entry, segment or cluster in a journey -> its id.
    """

    address: str
    folder: Path
    logins: Mapping[str, tuple[str, str]]
    entries: Mapping[str, Mapping[str, str]]


@dataclass
class Visit:
    """A person at the desk, in a browser window of their own.

    Attributes
    ----------
    page
        The window.
    language
        The one they read.
    faults
        What went wrong in the browser: errors of scripts, failed requests, requests that leave this machine.
    """

    desk: Desk
    page: Page
    language: Language
    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def say(self, text: str, **values: object) -> str:
        """A text of the desk in the language of the visit."""
        with speaking(self.language):
            return _(text).format(**values) if values else _(text)

    def go(self, path: str) -> Page:
        """Go to a page of the desk."""
        self.page.goto(f"{self.desk.address}{path}")
        return self.page

    def press(self, text: str, **values: object) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=self.say(text, **values), exact=True).click()

    def follow(self, text: str, **values: object) -> None:
        """Follow the link of that name on the page itself."""
        self.page.locator("main").get_by_role("link", name=self.say(text, **values), exact=True).first.click()

    def open(self, text: str) -> Any:
        """Open the form of a move and return it."""
        form = self.page.locator("details.do-it", has=self.page.locator("summary", has_text=self.say(text)))
        if form.get_attribute("open") is None:
            form.locator("summary").click()
        return form

    def watch(self) -> Visit:
        """Note what goes wrong from now on."""
        host = urlsplit(self.desk.address).netloc
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._said)
        self.page.on("requestfailed", lambda r: self._failed(r))
        self.page.on(
            "request", lambda r: urlsplit(r.url).netloc == host or self.faults.append(f"leaves: {r.url}")
        )
        self.page.on("response", self._answered)
        return self

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning") and not (
            self.expected and "the server responded" in message.text
        ):
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that was left, a file that is a download
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.status}: {response.url}")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser without windows."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        lacking("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="package")
def desk(
    scanned: tuple[Home, tuple[Scanned, Scanned]], tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[Desk]:
    """A desk of a small city, run as `chainmend desk` runs it."""
    folder = tmp_path_factory.mktemp("journeys") / "desk"
    made = [p for s in scanned[1] for p in (scanned[0].datasets / s.folder, scanned[0].scans / s.scan.id)]
    surroundings = {k: v for k, v in os.environ.items() if k not in (DATABASE_VARIABLE, HOME_VARIABLE)}
    surroundings |= {"CHAINMEND_LANGUAGE": "en", HOME_VARIABLE: str(folder)}
    filled = subprocess.run(
        [sys.executable, "-m", "tests.desk.journeys.prepare", str(folder), *map(str, made)],
        env=surroundings, timeout=PATIENCE, capture_output=True, text=True,
    )  # fmt: skip
    assert filled.returncode == 0, filled.stderr
    told = json.loads(filled.stdout)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "log").open("wb")
    program = "from chainmend.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "desk", "--home", str(folder), "--port", str(port)],
        env=surroundings, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _answers(address, process)
        logins = {role: (name, told["logins"][name]) for role, name in LOGINS.items()}
        yield Desk(address, folder, logins, told["entries"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        log.close()
    assert "Traceback" not in (folder / "log").read_text("utf-8")


def _answers(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the log-in page is there."""
    opener, until = build_opener(ProxyHandler({})), time.monotonic() + PATIENCE
    while True:
        try:
            opener.open(f"{address}/login/", timeout=5).close()
            return
        except (URLError, OSError):
            assert process.poll() is None, "the desk ended by itself"
            assert time.monotonic() < until, "the desk does not answer"
            time.sleep(0.1)


@pytest.fixture(scope="package")
def sessions() -> dict[tuple[str, str], Any]:
    """Cookies of those who logged in, so that not every journey has to."""
    return {}


Visiting = Callable[..., Visit]


@pytest.fixture
def visit(desk: Desk, browser: Browser, sessions: dict[tuple[str, str], Any]) -> Iterator[Visiting]:
    """Sends a person of a role to the desk; at the end nothing may have gone wrong in any window."""
    open_: list[tuple[BrowserContext, Visit]] = []

    def begin(role: str, language: Language, *, width: int = 1440, logged_in: bool = True) -> Visit:
        kept = sessions.get((role, language)) if logged_in else None
        context = browser.new_context(
            storage_state=kept,
            viewport={"width": width, "height": 900},
            locale="en-US",
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        made = Visit(desk, context.new_page(), language).watch()
        open_.append((context, made))
        if logged_in and kept is None:
            log_in(made, *desk.logins[role])
            sessions[role, language] = context.storage_state()
        return made

    yield begin
    for context, _made in open_:
        context.close()
    assert [f for _c, made in open_ for f in made.faults] == []


def log_in(visit: Visit, name: str, password: str) -> None:
    """Choose the language and log in, as people do."""
    page = visit.go("/login/")
    page.locator(f"button[name=language][value={visit.language}]").click()
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(password)
    visit.press("Log in")
    page.wait_for_url(lambda url: "/login/" not in url)
