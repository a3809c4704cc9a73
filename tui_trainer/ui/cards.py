"""The cards of stages that have ended: one after the other, each until the person has had it before them."""

from collections.abc import Callable
from dataclasses import replace

from tui_trainer.messages.events import Picked, Record, Reinforced, StageEnded, StageName
from tui_trainer.ui.dashboard import Dashboard
from tui_trainer.ui.scene import Scene
from tui_trainer.view.cards import card_of

READ_SECONDS = 6.0  # so long a card has been before the person once another may take its place


class Cards:
    """None comes under an open sheet, on the tour, or while the filters are watched at work: it waits for
    their end. Nor while one types: enter would be the card's, not the text's.

    Args:
        free: whether nothing is open over the dashboard.
    """

    def __init__(self, scene: Scene, dashboard: Dashboard, free: Callable[[], bool]) -> None:
        self.scene, self.dashboard = scene, dashboard
        self._open = free
        self._stage: StageName | None = None  # of the card that is there
        self._seen = 0.0  # seconds for which that one could be read
        self._at = scene.clock()
        self._settled = False  # there was room for a card before: no sheet is about to be opened

    @property
    def _free(self) -> bool:
        dashboard = self.dashboard
        return self._open() and not dashboard.typing and self.scene.tour is None and not dashboard.reads_data

    def follow(self) -> None:
        """Count how long the card has been there to be read; show the next one, if there is room for it."""
        scene, now = self.scene, self.scene.clock()
        passed, self._at = now - self._at, now
        if scene.card is not None:
            if scene.card.stage != self._stage:
                self._stage, self._seen = scene.card.stage, 0.0
            elif self._free:
                self._seen += passed
            self._settled = False
        elif self._settled and self._free and scene.waiting:
            self.dashboard.show_card(scene.waiting.pop(0))
        else:
            self._settled = self._free

    def tell(self, records: list[Record]) -> None:
        """Keep the card of each stage that has ended; that, or a pick, puts one away that has been read."""
        scene = self.scene
        for event in (record.event for record in records):
            if isinstance(event, StageEnded):
                self._known()
                card = card_of(scene.now, event.stage, scene.guesses) if scene.steers else None
                if card is None:
                    continue
                scene.waiting.append(card)
                if self.dashboard.typing:
                    self.dashboard.chat.tell_of(card)
                if self._has_been_read and event.stage != "frozen":  # that ends as soon as the one before
                    self._put_away()
            elif isinstance(event, Reinforced) and event.step == 1:
                self._known()  # how many picks it took
            elif isinstance(event, Picked) and self._has_been_read:
                self._put_away()

    @property
    def _has_been_read(self) -> bool:
        card = self.scene.card
        return card is not None and card.stage == self._stage and self._seen >= READ_SECONDS

    def _put_away(self) -> None:
        waiting = self.scene.waiting
        self.dashboard.show_card(waiting.pop(0) if waiting and self._free else None)

    def _known(self) -> None:
        """What earlier cards ask for is known now: there is nothing to guess any more."""
        scene = self.scene
        scene.unguessed = None
        scene.waiting = [replace(card, asks="") for card in scene.waiting]
        if scene.card is not None and scene.card.stage not in scene.guesses:
            scene.card = replace(scene.card, asks="")
            self.dashboard.show_card(scene.card)
