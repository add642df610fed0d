"""``python -m chainmend.desk.web``: the server, with the arguments of granian, which ends with the desk."""

from __future__ import annotations

from granian.cli import entrypoint

from chainmend.desk.parent import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    entrypoint()  # type: ignore[no-untyped-call]
