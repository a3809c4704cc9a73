"""An answer taken apart: its tokens, what one was drawn from, and what each layer would have said there."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.conversation import Drawing
from tui_trainer.messages.inspection import Inside, Layer, Place
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, beside, line
from tui_trainer.ui.drawing.styles import Ink
from tui_trainer.ui.renderers.guess import visible
from tui_trainer.view import numbers, words
from tui_trainer.view.text import cut, fit, fullest

SIDE_BY_SIDE = 66  # cells, from which on layers stand beside the distribution
TOKEN, SHARE = 13, 7  # cells of a token's name, of a mark's in words, too; and of a probability
NAME, OWN = 9, 15  # ... of a layer's name, and of what it gave the token that came
TOKEN_LINES = 3  # of the answer, those around the chosen token
LEAST = 4  # candidates shown, however little room there is


def board(ink: Ink, inside: Inside, at: int, drawing: Drawing, width: int, height: int) -> list[Strip]:
    """All of it for the token at `at`; as many candidates as there is room for, where layers stand below."""
    place = inside.places[at]
    head = [
        *_tokens(ink, inside, at, width),
        BLANK,
        *_chosen(ink, place, at, inside, drawing, width),
        BLANK,
    ]
    if width >= SIDE_BY_SIDE:
        column = (width - 3) // 2
        left, right = _candidates(ink, place, column), _layers(ink, place.layers, width - 3 - column)
        gap = line((" │ ", ink.faint))
        return [
            *head,
            *beside([(left, column), (right, width - 3 - column)], max(len(left), len(right)), gap),
        ]
    right = _layers(ink, place.layers, width)
    room = max(LEAST + 1, height - len(head) - len(right) - 1)
    return [*head, *_candidates(ink, place, width)[:room], BLANK, *right]


def _tokens(ink: Ink, inside: Inside, at: int, width: int) -> list[Strip]:
    """The answer's tokens, the chosen one marked; the lines around it."""
    rows: list[list[Part]] = [[]]
    used = chosen = 0
    for index, place in enumerate(inside.places):
        name = cut(one_line(words.token(place.token)), width)
        if used + cell_len(name) > width:
            rows.append([])
            used = 0
        if index == at:
            chosen = len(rows) - 1
        rows[-1].append((name, ink.key if index == at else ink.text))
        used += cell_len(name)
    first = max(0, min(chosen - TOKEN_LINES // 2, len(rows) - TOKEN_LINES))
    return [line(*row) for row in rows[first : first + TOKEN_LINES]]


def _chosen(ink: Ink, place: Place, at: int, inside: Inside, drawing: Drawing, width: int) -> list[Strip]:
    """Which token it is, and how it came to be taken."""
    ranked = f"rank {numbers.count(place.rank)} of {numbers.count(inside.vocabulary)}"
    name = visible(place.token) if words.is_mark(place.token) else f"“{visible(place.token)}”"
    which, share = f"{at + 1} of {len(inside.places)}: {name}", numbers.percent(place.share)
    said = (f"token {which}, {share} by the model, {ranked}", f"{which}, {share}, {ranked}")
    if not drawing.temperature:
        how = ("temperature 0: the likeliest token that may come was taken", "temperature 0: the likeliest")
    else:
        turned = f"temperature {drawing.temperature:g}, top-p {drawing.top_p:g}, seed {drawing.seed}"
        left = f"{numbers.plural(place.kept, 'token')} could come, this one by {numbers.percent(place.drawn)}"
        how = (f"{turned}: {left}", left)
    return [
        line((fullest(said, width) or cut(said[-1], width), ink.strong)),
        line((fullest(how, width) or cut(how[-1], width), ink.muted)),
    ]


def _candidates(ink: Ink, place: Place, width: int) -> list[Strip]:
    """The likeliest tokens, before and after temperature and top-p."""
    room = max(0, (width - 2 - TOKEN - 2 * SHARE - 3) // 2)
    column = SHARE + (room + 1 if room > 1 else 0)
    heads = [("the model".rjust(SHARE + 2), "model"), ("drawn from".rjust(SHARE + 3), "drawn")]
    before, after = (fit(fullest((wide, short.rjust(SHARE)), column), column) for wide, short in heads)
    rows = [line((fit(f"{' ' * (2 + TOKEN)}{before} {after}", width), ink.muted))]
    for candidate in place.candidates:
        mine = candidate.token == place.token
        style = ink.strong if mine else ink.text
        parts: list[Part] = [("▸ " if mine else "  ", style), (fit(visible(candidate.token), TOKEN), style)]
        parts += _share(ink, candidate.share, room, style)
        parts += [(" ", style)]
        if candidate.drawn:
            parts += _share(ink, candidate.drawn, room, style)
        else:
            parts.append(("out".rjust(SHARE), ink.muted))
        rows.append(line(*parts))
    return rows


def _share(ink: Ink, share: float, room: int, style: Style) -> list[Part]:
    parts: list[Part] = [(numbers.percent(share).rjust(SHARE), style)]
    if room > 1:
        parts += [(" ", style), *bar(share, room, ink.accent("frozen"), ink.faint)]
    return parts


def _layers(ink: Ink, layers: Sequence[Layer], width: int) -> list[Strip]:
    """What each layer would have said here, and what it gave the token that came."""
    narrow = width < NAME + TOKEN + SHARE + OWN
    name, own = (5, OWN - SHARE) if narrow else (NAME, OWN)
    count = max(1, min(len(layers[0].top), (width - name - own) // (TOKEN + SHARE)))
    room = count * (TOKEN + SHARE)
    head = fit("", name) + fit(fullest((" would say, were it the last", " would say"), room), room)
    rows = [line((fit(head + ("  rank" if narrow else "  this token"), width), ink.muted))]
    for at, layer in enumerate(layers):
        style = ink.strong if at == len(layers) - 1 else ink.text
        label = (f"{at}" if narrow else f"layer {at}") if at else "embedding"[:name]
        parts: list[Part] = [(fit(label, name), ink.muted)]
        for token, share in layer.top[:count]:
            parts.append((" " + fit(visible(token), TOKEN - 1), style))
            parts.append((numbers.percent(share).rjust(SHARE), style))
        given = "" if narrow else numbers.percent(layer.share).rjust(SHARE)
        parts.append((f"{given} #{numbers.count(layer.rank)}", ink.muted))
        rows.append(line(*parts))
    return rows
