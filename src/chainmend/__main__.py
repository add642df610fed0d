"""``python -m chainmend``: the same as the command ``chainmend``."""

from __future__ import annotations

from chainmend.cli import main

if __name__ == "__main__":
    main()
