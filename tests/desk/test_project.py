"""What happens to every request."""

from __future__ import annotations

import pytest
from django.test import Client

from chainmend.workflow import Role


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/list/?q=%00", None),
        ("/list/?cluster=a%00b", None),
        ("/list/E%001/", None),
        ("/segments/%00/", None),
        ("/login/", {"username": "a\0b", "password": "x"}),
        ("/list/E1/move/", {"action": "review", "note": "\0"}),
    ],
)
def test_a_nul_character_is_refused(
    path: str, form: dict[str, str] | None, clients: dict[Role, Client]
) -> None:
    client = clients["analyst"]
    answer = (
        client.get(path)
        if form is None
        else client.post(
            path,
            "&".join(f"{k}={v}" for k, v in form.items()).replace("\0", "%00"),
            content_type="application/x-www-form-urlencoded",
        )
    )
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_file_may_hold_one(clients: dict[Role, Client]) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = clients["analyst"].post("/data/upload/", {"tables": SimpleUploadedFile("firms.csv", b"a\0b")})
    assert answer.status_code == 400  # what is wrong is said beside the form
    assert b"firms.csv" in answer.content
