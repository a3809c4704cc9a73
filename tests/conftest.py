"""No test sees or touches what the person who runs it has: their runs, their settings, their environment."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Before torch is imported, here or in a process that a test starts: two threads of it on busy cores wait for
# each other, and the suite then takes four times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example may take says more about the machine than about what is tested. A fixture of a test
# serves all of its examples.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("any machine")

# How the person who runs the tests likes their terminal. Textual reads it when it is imported.
TASTE = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TERM_PROGRAM", "TEXTUAL", "COLUMNS", "LINES")
OWN = ("TUI_TRAINER_", "XDG_")
for name in [name for name in os.environ if name.startswith((*TASTE, *OWN))]:
    del os.environ[name]
os.environ["TERM"] = "xterm-256color"


@pytest.fixture(scope="session", autouse=True)
def signals_as_in_a_terminal() -> None:
    """A suite started in the background ignores SIGINT (nohup: SIGHUP), and all it starts would with it."""
    for number, handler in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGHUP, signal.SIG_DFL),
        (signal.SIGTERM, signal.SIG_DFL),
    ):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.fixture(scope="session", autouse=True)
def somebody_elses_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("TUI_TRAINER_RUNS", str(home / "runs"))
        yield
