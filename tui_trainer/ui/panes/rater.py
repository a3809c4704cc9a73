"""The rater pane: who says what is right. First the text itself, then the person at the keyboard."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.strip import Strip

from tui_trainer.messages.events import StepExplained
from tui_trainer.messages.inspection import Look
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import Action, Context
from tui_trainer.ui.drawing.lines import BLANK, Part, beside, filled, line, link
from tui_trainer.ui.panes.pane import Pane, empty
from tui_trainer.ui.renderers import (
    blind,
    guess,
    no_taste,
    pairs,
    picks,
    reinforcement,
    reward_model,
    scored_answers,
    sentence,
    slow_step,
    two_answers,
    verdicts,
)
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers
from tui_trainer.view.inspections import Purpose, Wish
from tui_trainer.view.text import fullest

WIDE = 90
GUESS, ROOM_FOR_GUESS = 12, 28  # lines of a guess under pairs, and from which height on there is one
TWO_ROWS = 14  # lines, from which on keys take two of them: a screen of 24 has as many
AIR, LEAST_HISTORY = 2, 3  # lines under the answers that stay free; of earlier picks
FURTHER = ("cultures", "unleash", "branch", "compare", "room", "runs")  # what is offered at the end


class RaterPane(Pane):
    """A guess and the truth; then A or B; then what the picks did to the model."""

    number = 4
    context: ClassVar[Context] = "rater"
    topics = ("rater", "frozen", "data")

    def __init__(self, scene: Scene, actions: Sequence[Action]) -> None:
        super().__init__(scene)
        by_name = {action.name: action for action in actions}
        self.further = [by_name[name] for name in FURTHER]

    def seen(self) -> object:
        scene = self.scene
        return (
            super().seen(),
            scene.sent,
            scene.moment if isinstance(scene.moment, StepExplained) else None,
            scene.part,
            None if self._feedback else scene.guess,
            scene.sentence,
            scene.looks.changed["sentence"],
        )

    def wishes(self) -> Mapping[Purpose, Wish]:
        # It was typed to be read: worth a process.
        sentence = self.scene.sentence
        return {"sentence": Wish(Look(sentence), pressing=True)} if sentence else {}

    @property
    def _feedback(self) -> bool:
        state = self.scene.state
        return bool(
            state.stage in ("feedback", "frozen") and (state.picks or state.offered or state.reinforced)
        )

    # -- drawing -----------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Strip]:
        state = self.scene.state
        if state.offered is not None and state.offered.blind:
            return blind.board(self.scene, state.offered, width, height)
        if self.scene.sentence and not state.picking:
            return self._sentence(width, height)
        if state.examples:
            return self._result(width, height)
        if state.reinforced is not None:
            return self._reinforcing(width, height)
        if self._feedback and state.tested is not None and state.tested.reason:
            return no_taste.board(self.scene, state.tested, width, height)
        if self._feedback:
            return self._picking(width, height)
        if state.stage == "feedback":
            return self._coming(width, height)
        step = state.explained
        if (
            step is not None
            and step is self.scene.moment
            and (about := step.guess or state.guess) is not None
        ):
            return slow_step.board(self.scene, about, step, width, height, self.scene.part)
        if self._answering and self.scene.guess is not None:
            return self._pairs(width, height)
        if self.scene.guess is not None:
            return guess.board(self.scene, self.scene.guess, width, height)
        if state.filters:
            return verdicts.board(self.scene, width, height)
        more = (
            "First filters say what is worth reading, then the text itself says what was right. Later a "
            "person picks between two answers: you."
        )
        return empty(self.scene, "Nothing to rate yet.", more, width, height)

    @property
    def _answering(self) -> bool:
        """Whether it learns to answer, and there are pairs to show that by."""
        state = self.scene.state
        return state.stage == "finetune" and state.pairs is not None

    def _pairs(self, width: int, height: int) -> list[Strip]:
        """Whole pairs; under them, where there is room, a guess of the step just made."""
        scene = self.scene
        below: list[Strip] = []
        if scene.guess is not None and height >= ROOM_FOR_GUESS:
            below = [BLANK, *guess.board(scene, scene.guess, width, GUESS)]
        above = pairs.board(scene, width, height - len(below))
        return [*filled(above, height - len(below)), *below]

    def _coming(self, width: int, height: int) -> list[Strip]:
        """The pool of answers is made; who will pick from it."""
        state, rater = self.scene.state, self.scene.state.setting("feedback.rater")
        title = "Your turn is coming."
        who = "You will see two of its answers at a time and say which is better"
        if state.forked is not None and state.forked.picks:
            title = "The picks are made again."
            source = one_line(state.forked.source)
            who = f"Nothing is asked of you: those of run {source} come by themselves, two answers at a time"
        elif rater not in (None, "person"):
            title = f"{one_line(str(rater))}, a simulated rater, picks."
            who = "The rater, a program with a taste, sees two of its answers at a time and picks one"
        more = f"The model is answering some prompts several times. {who}; from that it learns the taste."
        return empty(self.scene, title, more, width, height)

    def _sentence(self, width: int, height: int) -> list[Strip]:
        """The typed sentence; under it, while one steps, where the blame lay and what was nudged."""
        scene, state = self.scene, self.scene.state
        below: list[Strip] = []
        if state.explained is not None and state.explained is scene.moment and state.guess is not None:
            room = 2 * height // 5
            below = slow_step.after(scene, state.guess, state.explained, width, room, guessed=False)
        saw = scene.saw("sentence", Look(scene.sentence))
        above = sentence.board(scene, saw, width, height - len(below))
        return [*filled(above, height - len(below)), *below]

    def _picking(self, width: int, height: int) -> list[Strip]:
        scene, state = self.scene, self.scene.state
        told = [picks.reveal(scene, width)]
        offer = picks.offer(scene, width)
        told += [offer] if offer is not None else []
        last = state.picks[-1] if state.picks else None
        shown = state.offered or (last.pair if last is not None else None)
        # First of all both answers, to their ends: what decides may stand in the last words of one.
        needed = two_answers.needed(shown, width) if shown is not None else 0
        left = height - 1 - len(told) - needed
        keys = 2 if height >= TWO_ROWS and left >= 2 and scene.steers else 1
        room, left = height - 1 - len(told) - keys, left - keys
        learnt = reward_model.weights(scene, width, min(left, 5 if width >= 56 else 3))
        room -= len(learnt)
        if state.offered is not None:
            live = scene.steers and not scene.sent and not state.picks_again
            body = two_answers.board(scene, state.offered, None, width, room, live)
            foot = two_answers.keys(scene, width, keys) if live else [two_answers.waiting(scene)]
        else:
            choice = last.picked.choice if last is not None else None
            body = two_answers.board(scene, shown, choice, width, room, False) if shown is not None else []
            said = "thinking: the next two answers"
            if state.enough:
                said = "the model is measured, then turned to your picks"
            foot = [line((f"… {said}", scene.ink.muted))]
        earlier: list[Strip] = []
        if shown is not None and (spare := room - needed - AIR) > LEAST_HISTORY:
            earlier = picks.history(scene, width, spare)
            room -= len(earlier)
        head = [picks.progress(scene, width), *filled(body, room)]
        return [*head, *told, *filled(foot, keys), *learnt, *earlier]

    def _reinforcing(self, width: int, height: int) -> list[Strip]:
        scene = self.scene
        if width >= WIDE:
            half = (width - 3) // 2
            left = reinforcement.figures(scene, half, height)
            weights = reward_model.weights(scene, half, height)
            right = scored_answers.board(scene, half, height)
            samples = reinforcement.samples(scene, half, height - len(right) - 1)
            right = [*right, BLANK, *samples] if right and samples else right or samples
            if right:
                left = [*left, BLANK, *weights][:height]
            else:
                right = weights
            return beside([(left, half), (right, half)], height, line((" │ ", scene.ink.faint)))
        figures = reinforcement.figures(scene, width, height)
        room = height - len(figures) - 1
        if room >= scored_answers.LEAST and (scored := scored_answers.board(scene, width, room)):
            samples = reinforcement.samples(scene, width, room - len(scored) - 1)
            return [*figures, BLANK, *scored, *([BLANK, *samples] if samples else [])][:height]
        if samples := reinforcement.samples(scene, width, height - len(figures) - 1):
            return [*figures, BLANK, *samples][:height]
        return [*figures, BLANK, *reward_model.weights(scene, width, height - len(figures) - 1)][:height]

    def _result(self, width: int, height: int) -> list[Strip]:
        """What feedback changed: the taste, and the same prompts answered before and after."""
        scene, state, ink = self.scene, self.scene.state, self.scene.ink
        won = state.measured.get("aligned/win_rate")
        tested = blind.result(scene, width)
        rows = [*tested]
        if won is not None:
            share = numbers.percent(won.value)
            interval = numbers.maybe(won.ci95 or (won.value, won.value))
            whose = (" of the rater's comparisons, ties half", " of comparisons, ties half", ", ties half")
            of = (f"{said} ({interval})" for said in whose)
            said = fullest(of, width - len("aligned beats tuned in ") - len(share))
            rows.append(line(("aligned beats tuned in ", ink.muted), (share, ink.strong), (said, ink.muted)))
        elif not tested:
            rows.append(line(("The same prompts before and after the feedback", ink.muted)))
        rows += reinforcement.cost(scene, width)
        rows += blind.estimate(scene, width)
        rows += reinforcement.warned(scene, width)
        further = self._further(width, 2 if height >= TWO_ROWS else 1)
        room = height - len(rows) - len(further) - 1
        return [*rows, BLANK, *filled(reinforcement.examples(scene, 0, width, room), room), *further]

    def _further(self, width: int, most: int) -> list[Strip]:
        """What can be made now of the same tuned model, of both models, and of the picks."""
        scene, ink = self.scene, self.scene.ink
        rows: list[list[Part]] = [[]]
        for action in self.further:
            if not action.when(scene):
                continue
            key, label = f" {scene.key_of(action.name)} ", f" {action.label}  "
            if sum(len(text) for text, _ in rows[-1]) + len(key + label.rstrip()) > width:
                rows.append([])
            rows[-1] += [(key, link(ink.key, f"app.do('{action.name}')")), (label, ink.muted)]
        return [line(*parts) for parts in rows[:most] if parts]
