"""What the reward model has learnt, all of it: weights, calibration, what it likes best and least. After the
blind test, first of all what no reward model has a part in: that test, pair by pair."""

from itertools import pairwise
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.messages.events import Valued
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.renderers import blind, picks, reward_model
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view import numbers
from tui_trainer.view.state import State
from tui_trainer.view.text import fit, fullest, wrap_answer

BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class RewardModelSheet(Sheet):
    """Follows the picks as they are made."""

    title_ = "The reward model"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("R", "close", "close", show=False)]

    def rows(self, width: int) -> list[Strip]:
        ink, fitted = self.scene.ink, self.scene.state.fitted
        if fitted is None:
            said = "It has learnt nothing yet: it needs a first pick."
            return paragraph(said, ink.muted, width)
        weights = reward_model.weights(self.scene, width, len(fitted.features), reward_model.LENGTH)
        rows = [*blind.pairs(self.scene, width)]
        rows += [picks.progress(self.scene, width), *self._expects(width), BLANK]
        rows += [*reward_model.length(self.scene, width), BLANK, *weights, BLANK]
        rows += [*self._calibration(width), BLANK]
        rows += self._valued("it likes best", fitted.best, width)
        rows += self._valued("it likes least", fitted.least, width)
        steady = picks.steadiness(self.scene, width)
        if steady:
            rows += [BLANK, line(("how steady you are", ink.strong)), *steady]
        return rows

    def _expects(self, width: int) -> list[Strip]:
        ink, fitted = self.scene.ink, self.scene.state.fitted
        assert fitted is not None
        if fitted.expected is None:
            return []
        said = (
            f"It expects to predict {numbers.percent(fitted.expected)} of the picks from pairs that were not "
            "shown. Shown were those it was least sure of: they teach it most. All of that is as far as the "
            f"{len(fitted.features)} features can tell: of a taste that none of them names it is surer than "
            "it should be, and its intervals are too narrow."
        )
        return paragraph(said, ink.muted, width)

    def _calibration(self, width: int) -> list[Strip]:
        """How often it was right when it was so sure; on the diagonal it knows what it knows."""
        ink = self.scene.ink
        forms = ("how sure it was, and how often it was right", "how sure it was, how often right")
        rows = [line(("calibration: " + fullest(forms, width - 13), ink.strong))]
        for (low, high), (right, n) in calibration(self.scene.state).items():
            label = fit(f"{numbers.interval((low, high))} %", 10)
            if not n:
                rows.append(line((label, ink.muted), ("no pick yet", ink.faint)))
                continue
            share, _, of = numbers.of(right / n, n).partition(" of ")
            rows.append(
                line(
                    (label, ink.text),
                    *bar(right / n, max(4, min(24, width - 44)), ink.accent("feedback"), ink.faint),
                    (f"{share:>6}", ink.strong),
                    (f" of {of} ({numbers.maybe(proportion_interval(right, n))})", ink.muted),
                )
            )
        return rows

    def _valued(self, title: str, answers: tuple[Valued, ...], width: int) -> list[Strip]:
        ink = self.scene.ink
        head = f"{title} of the tuned model's answers, by score above their mean"
        rows = [line((head if width >= 70 else title, ink.strong))]
        for valued in answers:
            prompt = fit(f"“{one_line(valued.prompt)}”", width - 7)
            rows.append(line((f"{numbers.signed(valued.score, 1):>5}  ", ink.text), (prompt, ink.muted)))
            rows += [
                line((" " * 7 + r, ink.text)) for r in wrap_answer(one_line(valued.answer), width - 7, 2)
            ]
        return rows


def calibration(state: State) -> dict[tuple[float, float], tuple[int, int]]:
    """By how sure it was of the likelier side: foreseen, and picks; without the first and the repeats."""
    found = dict.fromkeys(pairwise(BINS), (0, 0))
    for pick in state.picks:
        pair, choice = pick.pair, pick.picked.choice
        if pair is None or pair.repeats is not None or choice not in ("a", "b") or not pair.pair:
            continue
        sure = max(pair.predicted_a, 1 - pair.predicted_a)
        right = (pair.predicted_a > 0.5) == (choice == "a")
        for low, high in found:
            if low <= sure < high or sure == high == 1.0:
                k, n = found[low, high]
                found[low, high] = k + right, n + 1
    return found
