"""The card at a stage's end, over the caption: what changed, what to try, what to guess."""

from textual.strip import Strip

from tui_trainer.ui.drawing.lines import ends, line, link, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view.text import wrap

MOST = 10  # lines


class CardView(LineView):
    """As high as its text; nothing where there is no card."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id="card")
        self.scene = scene

    def needed(self, width: int, most: int = MOST) -> int:
        """Lines that the card takes; with more than `most`, without what it could do without."""
        whole = self._rows(width, machine=True)
        return min(MOST, len(whole if len(whole) <= most else self._rows(width, machine=False)))

    def lines(self, width: int, height: int) -> list[Strip]:
        if self.scene.card is None:
            return []
        whole = self._rows(width, machine=True)
        return (whole if len(whole) <= height else self._rows(width, machine=False))[:height]

    def _rows(self, width: int, *, machine: bool) -> list[Strip]:
        """Args: machine: with the picture of the model, which is offered elsewhere, too."""
        scene, ink, card = self.scene, self.scene.ink, self.scene.card
        if card is None:
            return []
        accent = ink.accent(card.stage, bold=True)
        does, said = "step_back", " away "
        if scene.typing:
            does, said = "leave_input", " leave the chat, for these keys "
        away = line((" esc ", link(ink.key, f"app.do('{does}')")), (said, ink.muted))
        rows = [ends(line(("▌ ", accent), (f"✓ {card.title}", accent)), away, width)]
        room = width - 4
        body = paragraph(f"{card.changed} {card.outcome}".strip(), ink.strong, room)
        rows += [Strip.join([line(("▌ ", accent)), row]) for row in body]
        rows += self._offer("card_try", "enter", f"Try: {card.tries}", width)
        if card.machine and machine:
            rows += self._offer("machine", scene.key_of("machine"), card.machine, width)
        if card.asks and card.stage not in scene.guesses:
            rows += self._offer("card_guess", scene.key_of("card_guess"), f"Your guess: {card.asks}", width)
        elif card.asks:
            rows.append(line(("▌ ", accent), (f"You guessed {scene.guesses[card.stage]:g}.", ink.muted)))
        return rows

    def _offer(self, action: str, key: str, said: str, width: int) -> list[Strip]:
        """A key and what it does, wrapped."""
        ink, card = self.scene.ink, self.scene.card
        assert card is not None
        accent, cap = ink.accent(card.stage, bold=True), f" {key} "
        return [
            line(
                ("▌ ", accent),
                (" " * len(cap), ink.text) if number else (cap, link(ink.key, f"app.do('{action}')")),
                (f" {row}", ink.text),
            )
            for number, row in enumerate(wrap(said, width - 5 - len(cap)))
        ]
