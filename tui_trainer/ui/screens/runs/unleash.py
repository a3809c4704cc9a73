"""Taking the leash off: what that means, and the contrast in which the leash alone is back."""

from collections.abc import Callable
from typing import Any

from textual.strip import Strip

from tui_trainer import settings as settings_
from tui_trainer.errors import UserError
from tui_trainer.run import fork, unleashed
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.choice import Choice
from tui_trainer.view.text import fit

ABOUT = (
    "A new run from yours{source}, with the same model and picks. It has no leash, and nothing else that "
    "holds it back or hides what comes of that. {back} leads back to {home}."
)
NAME = 28


def _plain(value: Any) -> str:
    return f"{value:g}"


# Each setting that may be changed: in words, and what its values mean.
SAID: dict[str, tuple[str, Callable[[Any], str]]] = {
    "feedback.beta": ("leash (KL): how tight", lambda v: f"{v:g}" if v else "no leash"),
    "feedback.kl_target": ("how far it should move", lambda v: f"{v:g} nats" if v else "as it likes"),
    "feedback.rehearsal_coef": ("rehearsal of what it knew", lambda v: f"{v:g}" if v else "none"),
    "feedback.facts_limit": (
        "guard: facts it may lose",
        lambda v: f"{100 * v:g} %" if v < 1 else "no guard",
    ),
    "feedback.reward_bound": ("reward counts up to about", lambda v: f"{v:g}" if v < 1000 else "no bound"),
    "feedback.missing_eos_penalty": ("score of an endless answer", lambda v: "-1" if v else "as any other"),
    "feedback.lr": ("learning rate", _plain),
    "feedback.steps": ("steps", _plain),
    "feedback.best_of": ("best of n, to compare with", lambda v: f"n up to {v:g}" if v else "none"),
}


class Unleash(Choice[bool]):
    """Ends with whether it is leashed."""

    title_ = "Off the leash"
    leave = "keep the leash"
    height = 14 + len(SAID) - 3

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene, (False, True))
        self.changes: list[tuple[str, str, str]] = []  # what, from, to
        self.problem = self.source = ""
        self.home = scene.folder.id  # the run that the new one leads back to
        try:
            self._compare()
        except UserError as error:
            self.problem = one_line(str(error))

    def _compare(self) -> None:
        """What a run off the leash has otherwise than the one that it goes on from."""
        source = fork.own_run(self.scene.folder)
        self.source, self.home = source.id if source.id != self.scene.folder.id else "", source.id
        before = fork.plan_of(source, "feedback", keep_picks=True).settings
        after = settings_.changed(before, unleashed.assignments(leashed=False))
        was = settings_.differences(after, before)
        now = settings_.differences(before, after)
        for name in sorted(now, key=[*SAID].index):
            said, value = SAID[name]
            self.changes.append((said, value(was[name]), value(now[name])))

    def rows(self, width: int) -> list[Strip]:
        ink = self.scene.ink
        if self.problem:
            return paragraph(self.problem, ink.warn, width)
        home = "it" if self.source else f"it, {one_line(self.home)}"
        source = f": {one_line(self.source)}, on its leash" if self.source else ""
        about = ABOUT.format(source=source, back=self.scene.key_of("back"), home=home)
        rows = paragraph(about, ink.text, width)
        rows += [
            line((f" {fit(said, NAME)}", ink.muted), (f"{old} → ", ink.muted), (new, ink.strong))
            for said, old, new in self.changes
        ]
        rows += [BLANK, self.option(1, "off the leash")]
        return [*rows, self.option(2, "the same, but on the leash", f" (KL: {unleashed.LEASH:g})")]
