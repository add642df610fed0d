"""A browser of the standard library: one connection kept open, cookies, forms read from the page."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

TIMEOUT = 30.0


@dataclass(frozen=True)
class Answer:
    """What came: status, where it leads, the page, and after how many seconds."""

    status: int
    location: str
    text: str
    seconds: float


class Browser:
    """One person's browser.

    Raises
    ------
    OSError, http.client.HTTPException
        From `get` and `post`, where no answer came within `TIMEOUT` seconds.
    """

    def __init__(self, port: int, language: str = "zh") -> None:
        self.port = port
        self.cookies = {"desk_language": language}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, data: dict[str, str], token: str = "") -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(data | {"csrfmiddlewaretoken": token or self._token()}))

    def _token(self) -> str:
        return self.cookies.get("csrftoken", "")

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()  # kept open for too long: a browser asks again, but never sends a form twice
            if method != "GET":
                raise
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        seconds = time.perf_counter() - start
        for value in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(value).items():
                self.cookies[name] = morsel.value
        return Answer(response.status, response.headers.get("Location") or "", text, seconds)

    def log_in(self, username: str, password: str) -> None:
        """Log in, and say so where it does not go."""
        self.get("/login/")
        answer = self.post("/login/", {"username": username, "password": password})
        if answer.status != 302:
            raise RuntimeError(f"{username} cannot log in: {answer.status}")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass
class Form:
    """A form of a page: where it goes, its fields, and which of them are chosen from what."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Reads the forms and the links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {k: v or "" for k, v in attrs}
        name = found.get("name", "")
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag == "form":
            self._open = Form(found.get("action", ""))
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag in ("input", "textarea") and name:
            self._open.values[name] = found.get("value", "")
            self._open.kinds[name] = found.get("type", tag)
        elif tag == "button" and name:
            self._open.values[name] = found.get("value", "")
        elif tag == "select" and name:
            self._select = name
            self._open.choices[name] = []
        elif tag == "option" and self._select:
            self._open.choices[self._select].append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = ""
