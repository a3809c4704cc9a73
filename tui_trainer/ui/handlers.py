"""What keys do that belong to no single pane, and those that answer a pair."""

import math
import time
from collections.abc import Callable
from functools import partial

from textual import work
from textual.worker import get_current_worker

from tui_trainer.errors import UserError
from tui_trainer.experiments.catalog import Experiment
from tui_trainer.experiments.cultures import Cultures
from tui_trainer.run import unleashed
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import action
from tui_trainer.ui.handling import Handling
from tui_trainer.ui.leads import LEADS
from tui_trainer.ui.processes.experiment import ExperimentProcess
from tui_trainer.ui.run_files.experiments import Experiments
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ahas import AhaSheet
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.branch import Branch, Chosen
from tui_trainer.ui.screens.comparison import ComparisonScreen
from tui_trainer.ui.screens.cultures import ChooseCultures, MakingCultures
from tui_trainer.ui.screens.exam import ExamSheet
from tui_trainer.ui.screens.experiment import ExperimentScreen
from tui_trainer.ui.screens.experiments import ExperimentsSheet
from tui_trainer.ui.screens.glossary import Glossary
from tui_trainer.ui.screens.help import Help
from tui_trainer.ui.screens.ledger import LedgerSheet
from tui_trainer.ui.screens.machine import MachineScreen
from tui_trainer.ui.screens.prompts import Prompts
from tui_trainer.ui.screens.rater_panel import RaterPanelSheet
from tui_trainer.ui.screens.reward_model import RewardModelSheet
from tui_trainer.ui.screens.samples import Samples
from tui_trainer.ui.screens.simulate import Simulate
from tui_trainer.ui.screens.unleash import Unleash
from tui_trainer.ui.screens.versions import VersionsScreen
from tui_trainer.view import words
from tui_trainer.view.words import PANES

LONGEST_ANSWER = 500  # characters
WIDER = 4  # parts of a row, of 120
CULTURE_SECONDS = 0.5  # between two looks at how far two cultures are


def _commands(scene: Scene) -> bool:
    """Whether there is something that a command could change."""
    return scene.steers and not scene.now.ended


def _steers(scene: Scene) -> bool:
    return scene.steers


def _replay(scene: Scene) -> bool:
    return scene.mode == "replay"


def _runs(scene: Scene) -> bool:
    """Whether there is something that could be paused, or go on."""
    return _replay(scene) or (_commands(scene) and scene.trainer == "alive")


def _paced(scene: Scene) -> bool:
    """... or go faster, or slower: not while one is asked."""
    return _runs(scene) and (_replay(scene) or scene.now.waits is None)


def _touring(scene: Scene) -> bool:
    return scene.tour is not None


def _looks_back(scene: Scene) -> bool:
    return scene.past is not None


def _may_begin_another(scene: Scene) -> bool:
    return scene.mode != "view" and scene.past is None


def _asked(scene: Scene) -> bool:
    """Whether a pair waits for this person's pick, and is to be seen."""
    here = scene.steers and scene.past is None and scene.shows_rater and not scene.typing
    return here and scene.now.offered is not None and not scene.now.ended


def _doubted(scene: Scene) -> bool:
    """Whether no taste was found in this person's picks, and they are asked what to do."""
    tested = scene.now.tested
    here = scene.steers and scene.past is None and scene.shows_rater and not scene.typing
    return here and tested is not None and tested.asks and not scene.now.ended


def _taught(scene: Scene) -> bool:
    """Whether the pair that waits is one that is learnt from."""
    return _asked(scene) and scene.now.offered is not None and not scene.now.offered.blind


def _carded(scene: Scene) -> bool:
    return scene.card is not None and scene.tour is None


def _guessable(scene: Scene) -> bool:
    """Whether there is a number to guess, not guessed yet."""
    card = scene.card
    return card is not None and bool(card.asks) and card.stage not in scene.guesses and not scene.typing


def _number(text: str) -> float | None:
    """What was typed, as a number; None: it is none."""
    try:
        found = float(text.strip().rstrip("%").replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _to_pane(number: int, what: str) -> "Callable[[Handlers], None]":
    def go(self: "Handlers") -> None:
        self.dashboard.go(number)

    go.__name__, go.__doc__ = f"do_pane_{number}", f"Go to the {what}"
    return action(str(number), PANES[number - 1], footer="no")(go)


picks = partial(action, context="rater")


class Handlers(Handling):
    """The part of the app that carries actions out on the run that is shown."""

    making: Cultures | None = None  # two cultures, by a trainer after the other
    experiments: Experiments | None = None  # once somebody has looked at them

    # -- anywhere ------------------------------------------------------------------------------------------

    @action(
        "space",
        "pause",
        when=_runs,
        footer="first",
        steers=True,
    )
    def do_pause(self) -> None:
        """Pause training, or go on."""
        if self.scene.holding:
            self.dashboard.tour(None)  # which lets it begin
        else:
            self.say(self.steering.pause())

    @action(
        ".",
        "one step",
        when=lambda scene: scene.paused and (_replay(scene) or _commands(scene)),
        footer="first",
        steers=True,
    )
    def do_step(self) -> None:
        """While paused: train exactly one step."""
        self.say(self.steering.step())

    @action("enter", "go on", when=_touring, written="enter")
    def do_tour_next(self) -> None:
        """On the tour of the first run: go on; on the card of a stage that has ended: try it."""
        self.scene.onward = True
        self.dashboard.follow_tour()

    @action("", "try it", when=_carded, listed=False, footer="no")
    def do_card_try(self) -> None:
        """At a stage's end: what the card says can be tried."""
        card = self.scene.card
        self.dashboard.show_card(None)
        if card is not None:
            LEADS[card.lead](self)

    @action("H", "your guess", when=_guessable, footer="no")
    def do_card_guess(self) -> None:
        """At a stage's end: guess what the next one will come to, before it is known."""
        card = self.scene.card

        def guessed(text: str) -> None:
            number = _number(text)
            if card is None or number is None:
                self.say("A guess is a number.")
                return
            self.scene.guesses[card.stage] = number
            self.dashboard.show_card(self.scene.card)

        self.ask(Ask("Your guess, a number"), guessed)

    @action("A", "five things", footer="no")
    def do_ahas(self) -> None:
        """The five things to have seen: which were, and where to see the others."""
        self.push_screen(AhaSheet(self.scene, lambda name: LEADS[name](self)))

    @action("T", "sentence", footer="no")
    def do_sentence(self) -> None:
        """Type a sentence: how the model would go on from it, now and a step later."""

        def watch(text: str) -> None:
            self.scene.sentence = text.strip().encode("utf-8", "replace").decode("utf-8")
            self.dashboard.go(4)
            self.dashboard.redraw_all()
            self.tick()

        self.ask(Ask("A sentence for the model", self.scene.sentence), watch)

    do_pane_1 = _to_pane(1, "dataset: sources, filters, documents")
    do_pane_2 = _to_pane(2, "curves: loss, validation, reward")
    do_pane_3 = _to_pane(3, "weights: pictures of the matrices")
    do_pane_4 = _to_pane(4, "rater: what is right, and which is better")
    do_pane_5 = _to_pane(5, "chat with the frozen weights, and type")

    @action("tab", "next pane")
    def do_next_pane(self) -> None:
        """Go to the next pane."""
        self.dashboard.go(self.dashboard.current + 1)

    @action("shift+tab", "back", footer="no")
    def do_previous_pane(self) -> None:
        """Go to the pane before."""
        self.dashboard.go(self.dashboard.current - 1)

    @action("z", "zoom")
    def do_zoom(self) -> None:
        """Give the whole screen to this pane, or take it back."""
        self.dashboard.toggle_zoom()

    @action(">", "size", written="< >", footer="no")
    def do_wider(self) -> None:
        """Make this pane wider, or narrower."""
        self.dashboard.resize_pane(WIDER)

    @action("<", "size", footer="no", listed=False)
    def do_narrower(self) -> None:
        """Make this pane narrower."""
        self.dashboard.resize_pane(-WIDER)

    @action("}", "size", written="{ }", footer="no")
    def do_taller(self) -> None:
        """Make this row taller, or lower."""
        self.dashboard.resize_row(1)

    @action("{", "size", footer="no", listed=False)
    def do_lower(self) -> None:
        """Make this row lower."""
        self.dashboard.resize_row(-1)

    @action("c", "caption", footer="no")
    def do_caption(self) -> None:
        """Hide the sentence under the panes, or show it."""
        self.dashboard.toggle_caption()

    @action("m", "exam")
    def do_figures(self) -> None:
        """What it can do: all exam results, stage by stage."""
        self.push_screen(ExamSheet(self.scene))

    @action("j", "samples", footer="no")
    def do_samples(self) -> None:
        """What it wrote at each evaluation, from noise to sentences."""
        self.push_screen(Samples(self.scene))

    @action("8", "the machine", footer="no")
    def do_machine(self) -> None:
        """The machine: the model drawn in parts, lit by guess, blame and nudge; each opens its matrix."""
        self.ask(MachineScreen(self.scene), self._open_matrix)

    def _open_matrix(self, name: str) -> None:
        self.dashboard.open_matrix(name)
        self.tick()

    @action("[,comma", "look back", when=lambda scene: len(scene.now.moments) > 0)
    def do_earlier(self) -> None:
        """Look back: all panes as at the evaluation before."""
        self.travel.step(-1)

    @action("]", "later", when=_looks_back, footer="urgent")
    def do_later(self) -> None:
        """When looking back: the next evaluation."""
        self.travel.step(1)

    @action("0,end", "to now", when=_looks_back, footer="urgent")
    def do_now(self) -> None:
        """When looking back: return to now."""
        self.travel.now()

    @action(
        "r",
        "resume",
        when=lambda scene: scene.steers and scene.stopped and not scene.state.unmendable,
        footer="urgent",
    )
    def do_resume(self) -> None:
        """When the trainer has stopped: resume the run."""
        if not self.changing:
            self._resume()

    @work(thread=True)
    def _resume(self) -> None:
        said = self.steering.resume()
        if said is not None:
            self.call_later(self.say, said)

    @action("+,=", "pace", written="- +", when=_paced, footer="first", steers=True)
    def do_faster(self) -> None:
        """Slower, or faster: from one step at a key through slow motion to full speed."""
        self._change_pace(1)

    @action("-", "slower", when=_paced, footer="no", listed=False, steers=True)
    def do_slower(self) -> None:
        """Slower: down to slow motion, and to one step at a key."""
        self._change_pace(-1)

    @action("right_parenthesis", "next stage", when=_replay, written="( )", footer="urgent")
    def do_next_stage(self) -> None:
        """Replay from the beginning of the next stage; or of this one and those before it."""
        self.say(self.steering.jump(1))

    @action("left_parenthesis", "stage before", when=_replay, footer="no", listed=False)
    def do_stage_before(self) -> None:
        """Replay from the beginning of this stage, or of the one before it."""
        self.say(self.steering.jump(-1))

    def _change_pace(self, by: int) -> None:
        if self.scene.holding:
            self.dashboard.tour(None)
        else:
            self.say(self.steering.change_pace(by))

    @action("g", "words")
    def do_glossary(self) -> None:
        """The field's words, in English and Vietnamese."""
        self.push_screen(Glossary(self.scene))

    @action("?,f1", "help")
    def do_help(self) -> None:
        """All keys."""
        self.push_screen(Help(self.scene, self.dashboard.actions, self.dashboard.context))

    @action("ctrl+p", "commands")
    def do_palette(self) -> None:
        """Find an action by name."""
        self.action_command_palette()

    @action("ctrl+z", "to the shell", footer="no")
    def do_suspend(self) -> None:
        """Back to the shell for a while; fg brings the screen back."""
        self.step_aside()

    @action("q", "quit")
    def do_quit(self) -> None:
        """Close the screen; training goes on."""
        self.leave()

    @action("", "stop and quit", when=_steers)
    def do_stop_and_quit(self) -> None:
        """Stop training, keep a checkpoint, and close the screen."""
        if self.scene.trainer != "alive" or self.scene.now.ended:
            self.leave()
        else:
            self.say(self.steering.stop())

    @action("", "take the tour")
    def do_tour(self) -> None:
        """A tour of the panes, by the line under them."""
        self.dashboard.tour(0)

    @action(
        "F",
        "other settings",
        when=lambda scene: _may_begin_another(scene) and scene.now.corpus is not None,
        footer="no",
    )
    def do_branch(self) -> None:
        """Go on from a finished stage with other settings, as a new run."""

        def begin(chosen: Chosen) -> None:
            self.change_to(partial(self.steering.branch, chosen.stage, chosen.assignments, chosen.keep_picks))

        self.ask(Branch(self.scene), begin)

    @action(
        "K",
        "off the leash",
        when=lambda scene: _may_begin_another(scene) and scene.now.reinforced is not None,
    )
    def do_unleash(self) -> None:
        """Feedback again, same picks, with nothing that holds it."""

        def begin(leashed: bool) -> None:
            self.change_to(partial(self.steering.branch, "feedback", unleashed.assignments(leashed), True))

        self.ask(Unleash(self.scene), begin)

    @action(
        "V",
        "next version",
        when=lambda scene: _may_begin_another(scene) and scene.now.ended and not scene.folder.plan.data,
    )
    def do_release(self) -> None:
        """Frozen: train the next version from scratch, a year newer; or see what both know"""
        self.ask(VersionsScreen(self.scene), lambda _: self.change_to(self.steering.release))

    @action("C", "two models", when=lambda scene: scene.now.latest_weights is not None, footer="no")
    def do_compare(self) -> None:
        """Two models side by side: the same prompts, and raters who judge."""
        self.push_screen(ComparisonScreen(self.scene))

    @action(
        "D",
        "two cultures",
        when=lambda scene: _may_begin_another(scene) and "tuned" in scene.now.weights,
        footer="no",
    )
    def do_cultures(self) -> None:
        """Two raters who disagree: the same tuned model by each, side by side."""
        making = self.making
        if making is not None and not making.ended and not making.trouble:
            self.push_screen(MakingCultures(self.scene, making))
        else:
            self.ask(ChooseCultures(self.scene), self._make_cultures)

    @work(thread=True, group="cultures")
    def _make_cultures(self, raters: tuple[str, ...]) -> None:
        try:
            making = self.making = Cultures(self.scene.folder, raters)
        except UserError as error:
            self.call_later(self.say, str(error))
            return
        worker, watched = get_current_worker(), False
        while not worker.is_cancelled:
            try:
                making.advance()
            except UserError as error:
                making.trouble = one_line(str(error))
            if not watched and not making.ended:
                self.call_later(self.push_screen, MakingCultures(self.scene, making))
            self.call_later(self._cultures_moved, making, watched)
            if making.ended or making.trouble:
                break
            watched = True
            time.sleep(CULTURE_SECONDS)

    def _cultures_moved(self, making: Cultures, watched: bool) -> None:
        """How far they are; at the end, both side by side for whoever has waited."""
        screen = self.screen
        here = isinstance(screen, MakingCultures)
        if not making.ended:
            if isinstance(screen, MakingCultures):
                screen.page.redraw()
            elif making.trouble:
                self.say(making.trouble, error=True)
        elif watched and not here:
            self.say("Both models are made. D shows them side by side.")
        else:
            if here:
                self.pop_screen()
            first, second = (arm.folder for arm in making.arms)
            assert first is not None and second is not None  # or they had not ended
            self.push_screen(ComparisonScreen(self.scene, (first, second), making.raters))

    @action("X", "experiments", footer="no")
    def do_experiments(self) -> None:
        """Experiments: claims about such models, put to the test in front of you."""
        if self.experiments is None:
            self.experiments = Experiments(self.scene.folder)
        self.push_screen(ExperimentsSheet(self.scene, self.experiments, self._open_experiment))

    def _open_experiment(self, experiment: Experiment) -> None:
        assert self.experiments is not None
        self.push_screen(ExperimentScreen(self.scene, self.experiments, experiment, self._begin_experiment))

    def _begin_experiment(self, experiment: Experiment, predicted: int | None) -> None:
        assert self.experiments is not None
        process = self.experiments.begin(experiment, predicted)
        told = partial(self._experiment_ended, process)
        self.run_worker(process.run(told), group="experiments", exit_on_error=False)

    def _experiment_ended(self, process: ExperimentProcess) -> None:
        """Said to whoever looks elsewhere by now."""
        if isinstance(self.screen, ExperimentScreen) and self.screen.experiment.name == process.name:
            self.screen.ended()
        elif not process.stopped:
            result = process.seen.result
            found = process.seen.trouble if result is None else words.verdict(result.holds)
            self.say(f"Experiment {process.name}: {found}", error=result is None)

    @action("", "start over with quick", when=_steers)
    def do_start_over_quick(self) -> None:
        """Stop this run; begin one of about a minute."""
        self.change_to(self.steering.start_over)

    # -- while a pair waits --------------------------------------------------------------------------------

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
        self.push_screen(Prompts(self.scene, lambda *edit: self.say(self.steering.edit_prompts(*edit))))

    @picks("R", "reward model", when=lambda scene: scene.now.fitted is not None and not scene.typing)
    def do_taste(self) -> None:
        """All that the reward model has learnt."""
        self.push_screen(RewardModelSheet(self.scene))

    @picks("M", "room of raters", when=lambda scene: bool(scene.now.picks) and not scene.typing, footer="no")
    def do_room(self) -> None:
        """A room of raters: how far they agree on these pairs, and who is outvoted."""
        self.push_screen(RaterPanelSheet(self.scene))

    @picks("L", "ledger", when=lambda scene: bool(scene.now.pick_seconds) and not scene.typing)
    def do_ledger(self) -> None:
        """What picking costs: time, pace, wages."""
        self.push_screen(LedgerSheet(self.scene))

    @picks("S", "simulate", when=_taught)
    def do_simulate(self) -> None:
        """Let a simulated rater make the other picks."""
        self.ask(Simulate(self.scene), lambda taste: self.say(self.steering.simulate(taste)))
