"""What keys do to a pair that waits, and what they open about the picks."""

from functools import partial

from tui_trainer.ui.actions import action
from tui_trainer.ui.handlers.handling import Handling
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask

LONGEST_ANSWER = 500  # characters

picks = partial(action, context="rater")


def _here(scene: Scene) -> bool:
    """Whether this person is the rater, and would see what is asked."""
    seen = scene.past is None and scene.shows_rater and not scene.typing
    return scene.steers and seen and not scene.now.ended


def _asked(scene: Scene) -> bool:
    """Whether a pair waits for a pick."""
    return _here(scene) and scene.now.offered is not None


def _doubted(scene: Scene) -> bool:
    """Whether no taste was found in this person's picks, and they are asked what to do."""
    tested = scene.now.tested
    return _here(scene) and tested is not None and tested.asks


def _taught(scene: Scene) -> bool:
    """Whether the pair that waits is one that is learnt from."""
    return _asked(scene) and scene.now.offered is not None and not scene.now.offered.blind


class RaterHandlers(Handling):
    """The part of the app that answers a pair. Its keys work while the rater's pane is to be seen."""

    @picks("a", "A is better", when=_asked)
    def do_pick_a(self) -> None:
        """The left answer is better."""
        self.say(self.steering.pick("a"))

    @picks("b", "B is better", when=_asked)
    def do_pick_b(self) -> None:
        """The right answer is better."""
        self.say(self.steering.pick("b"))

    @picks("t", "tie", when=_asked)
    def do_pick_tie(self) -> None:
        """Both are as good as each other."""
        self.say(self.steering.pick("tie"))

    @picks("x", "both bad", when=_asked)
    def do_pick_both_bad(self) -> None:
        """Neither is any good."""
        self.say(self.steering.pick("both_bad"))

    @picks("s", "skip", when=_asked)
    def do_pick_skip(self) -> None:
        """No opinion: leave this pair out."""
        self.say(self.steering.pick("skip"))

    @picks(
        "U,backspace",
        "undo",
        when=lambda scene: _taught(scene) and scene.now.offered is not None and scene.now.offered.pair > 0,
    )
    def do_pick_undo(self) -> None:
        """Take the last pick back."""
        self.say(self.steering.pick("undo"))

    @picks("O", "own answer", when=_taught)
    def do_pick_own(self) -> None:
        """Write a better answer of your own."""

        def answer(text: str) -> None:
            if text.strip():
                self.say(self.steering.pick("own", text.strip()))

        offered = self.scene.now.offered
        prompt = offered.prompt if offered is not None else ""
        self.ask(Ask("A better answer, in your words", most=LONGEST_ANSWER, about=prompt), answer)

    @picks("G", "go on", when=_asked)
    def do_go_on(self) -> None:
        """Enough picked: go on to reinforcement."""
        self.say(self.steering.pick("enough"))

    @picks("N", "keep picking", when=_doubted)
    def do_pick_more(self) -> None:
        """No taste was found: go on picking."""
        self.say(self.steering.pick("more"))

    @picks("Y", "turn anyway", when=_doubted)
    def do_turn_anyway(self) -> None:
        """No taste was found: turn the model to the picks all the same."""
        self.say(self.steering.pick("anyway"))

    @picks("E", "end", when=_doubted)
    def do_leave_it(self) -> None:
        """No taste was found: leave the model as it is."""
        self.say(self.steering.pick("leave"))

    @picks("P", "prompts", when=_taught)
    def do_prompts(self) -> None:
        """The list of prompts: add your own."""
        from tui_trainer.ui.screens.rater.prompts import Prompts

        self.push_screen(Prompts(self.scene, lambda *edit: self.say(self.steering.edit_prompts(*edit))))

    @picks("R", "reward model", when=lambda scene: scene.now.fitted is not None and not scene.typing)
    def do_taste(self) -> None:
        """All that the reward model has learnt."""
        from tui_trainer.ui.screens.rater.reward_model import RewardModelSheet

        self.push_screen(RewardModelSheet(self.scene))

    @picks("M", "room of raters", when=lambda scene: bool(scene.now.picks) and not scene.typing, footer="no")
    def do_room(self) -> None:
        """A room of raters: how far they agree on these pairs, and who is outvoted."""
        from tui_trainer.ui.screens.rater.rater_panel import RaterPanelSheet

        self.push_screen(RaterPanelSheet(self.scene))

    @picks("L", "ledger", when=lambda scene: bool(scene.now.pick_seconds) and not scene.typing)
    def do_ledger(self) -> None:
        """What picking costs: time, pace, wages."""
        from tui_trainer.ui.screens.rater.ledger import LedgerSheet

        self.push_screen(LedgerSheet(self.scene))

    @picks("S", "simulate", when=_taught)
    def do_simulate(self) -> None:
        """Let a simulated rater make the other picks."""
        from tui_trainer.ui.screens.rater.simulate import Simulate

        self.ask(Simulate(self.scene), lambda taste: self.say(self.steering.simulate(taste)))
