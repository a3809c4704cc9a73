"""What an agent's model can call, in plain text: a look-up in notes, and an adding machine."""

import re
from pathlib import Path

from tui_trainer.serving.notes import Notes

_LOOK_UP = re.compile(r"^Look up (?P<what>.+?)\.?$")
_ADD = re.compile(r"^Add (?P<a>\d{1,9}) \+ (?P<b>\d{1,9})\.?$")
CALL = re.compile(r"^(?:Look up|Add) ")
NOTHING = "Nothing found."


class Tools:
    """Both of them.

    Args:
        folder: where the notes are written to, in a file of their own.
        notes: sentences.
    """

    def __init__(self, folder: Path, notes: list[str]) -> None:
        place = folder / "notes"
        place.mkdir(exist_ok=True)
        (place / "notes.txt").write_text("\n".join(notes), "utf-8")
        self.notes = Notes(folder, place)
        self._found: dict[str, str] = {}

    def result(self, said: str) -> str | None:
        """What the tool that is called answers; None: nothing is called. Raises `UserError`."""
        if call := _ADD.match(said):
            a, b = int(call["a"]), int(call["b"])
            return f"{a} + {b} = {a + b}."
        if call := _LOOK_UP.match(said):
            if said not in self._found:
                found = self.notes.find(f"What is {call['what']}?")
                self._found[said] = found[0].text if found else NOTHING
            return self._found[said]
        return NOTHING if CALL.match(said) else None
