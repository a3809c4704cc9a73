"""What keys do to explain the screen: tour, cards at a stage's end, five things to see, words, all keys."""

import math

from tui_trainer.ui.actions import action
from tui_trainer.ui.handlers.handling import Handling
from tui_trainer.ui.handlers.leads import LEADS
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask


def _carded(scene: Scene) -> bool:
    return scene.card is not None and scene.tour is None


def _guessable(scene: Scene) -> bool:
    """Whether there is a number to guess, not guessed yet: on the card, or on the last one."""
    return scene.unguessed is not None and not scene.typing


def _number(text: str) -> float | None:
    """What was typed, as a number; None: it is none."""
    try:
        found = float(text.strip().rstrip("%").replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


class HelpHandlers(Handling):
    """The part of the app that explains it."""

    @action("enter", "go on", when=lambda scene: scene.tour is not None, written="enter")
    def do_tour_next(self) -> None:
        """On the tour of the first run: go on; on the card of a stage that has ended: try it."""
        self.dashboard.tour_onward()

    @action("", "take the tour")
    def do_tour(self) -> None:
        """A tour of the panes, by the line under them."""
        self.dashboard.tour(0)

    @action("", "try it", when=_carded, listed=False, footer="no")
    def do_card_try(self) -> None:
        """At a stage's end: what the card says can be tried."""
        card = self.scene.card
        self.dashboard.show_card(None)
        if card is not None:
            LEADS[card.lead](self)

    @action("H", "your guess", when=_guessable, footer="first")
    def do_card_guess(self) -> None:
        """At a stage's end: guess what the next one will come to, before it is known."""
        card = self.scene.unguessed

        def guessed(text: str) -> None:
            number = _number(text)
            if card is None or number is None:
                self.say("A guess is a number.")
                return
            self.scene.guesses[card.stage], self.scene.unguessed = number, None
            if self.scene.card is not None:
                self.dashboard.show_card(self.scene.card)

        self.ask(Ask("Your guess, a number", about="" if card is None else card.asks), guessed)

    @action("A", "five things", footer="no")
    def do_ahas(self) -> None:
        """The five things to have seen: which were, and where to see the others."""
        from tui_trainer.ui.screens.help.ahas import AhaSheet

        self.push_screen(AhaSheet(self.scene, lambda name: LEADS[name](self)))

    @action("g", "words")
    def do_glossary(self) -> None:
        """The field's words, in English and Vietnamese."""
        from tui_trainer.ui.screens.help.glossary import Glossary

        self.push_screen(Glossary(self.scene))

    @action("?,f1", "help")
    def do_help(self) -> None:
        """All keys."""
        from tui_trainer.ui.screens.help.help import Help

        self.push_screen(Help(self.scene, self.dashboard.actions, self.dashboard.context))

    @action("ctrl+p", "commands")
    def do_palette(self) -> None:
        """Find an action by name."""
        self.action_command_palette()
