"""One desk a folder, and no part of it outlives the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from chainmend.desk import serve
from chainmend.desk.parent import PARENT_VARIABLE
from chainmend.desk.running import NAME, hold
from chainmend.errors import DeskError

PATIENCE = 20.0
PART = "from chainmend.desk.parent import end_with_parent; end_with_parent(0.5); import time; "
SUPERVISOR = """
import sys
from pathlib import Path
from chainmend.desk.running import hold
from chainmend.desk.serve import serve
folder = Path(sys.argv[1])
part = {part!r} + "import os; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
part = "import sys; " + part
deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
stubborn = part.replace("time.sleep(600)", deaf + "time.sleep(600)")
plan = {{
    "mild": [sys.executable, "-c", part, str(folder / "mild")],
    "stubborn": [sys.executable, "-c", stubborn, str(folder / "stubborn")],
}}
serve("", 0, plan=plan, held=(hold(folder, "http://localhost:1/"),))
"""


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")  # one that ended and that nobody waits for is dead as well
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for(true: object, what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until, what
        time.sleep(0.02)


def test_all_parts_end_with_a_supervisor_that_is_killed_and_the_folder_is_free(tmp_path: Path) -> None:
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR.format(part=PART), str(tmp_path)])
    files = [tmp_path / "mild", tmp_path / "stubborn"]
    wait_for(lambda: all(f.is_file() and f.read_text() for f in files), "the parts did not start")
    pids = [int(f.read_text()) for f in files]
    with pytest.raises(DeskError, match=rf"runs already, as process {supervisor.pid}.*http://localhost:1/"):
        hold(tmp_path, "http://localhost:2/")
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    held = hold(tmp_path, "http://localhost:2/", PATIENCE)  # waits for the parts, which hold the lock too
    assert not any(map(lives, pids))
    assert (tmp_path / NAME).read_text() == f"{os.getpid()} http://localhost:2/\n"
    os.close(held)


def test_the_folder_is_free_again_after_an_orderly_end(tmp_path: Path) -> None:
    ended = threading.Event()
    held = hold(tmp_path, "here")
    plan = {"sleeps": [sys.executable, "-S", "-c", "import time; time.sleep(600)"]}
    thread = threading.Thread(target=lambda: serve.serve("", 0, plan=plan, ended=ended, held=(held,)))
    thread.start()
    ended.set()
    thread.join(PATIENCE)
    os.close(held)
    os.close(hold(tmp_path, "here", 0.0))


def test_a_process_that_no_desk_started_is_left_alone() -> None:
    surroundings = {k: v for k, v in os.environ.items() if k != PARENT_VARIABLE}
    code = PART + "import threading; print(threading.active_count())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=surroundings, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "1"
