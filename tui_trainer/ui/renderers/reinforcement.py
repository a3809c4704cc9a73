"""Reinforcement in figures, while it goes on and afterwards: the same prompts before and after."""

from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.events import Sample
from tui_trainer.sanitize import one_line, several_lines
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, line, paragraph
from tui_trainer.ui.renderers.samples import marked, meaning
from tui_trainer.ui.scene import Scene
from tui_trainer.view import noise, numbers, words
from tui_trainer.view.cards import KNOWN, endlessness, value
from tui_trainer.view.state import State
from tui_trainer.view.text import fit, fullest, holds, wrap_answer


def figures(scene: Scene, width: int, height: int) -> list[Strip]:
    """The latest step: what it costs in facts, reward, the rater's own score, distance, length, entropy."""
    state, ink = scene.state, scene.ink
    step = state.reinforced
    if step is None:
        return []
    total = int(state.setting("feedback.steps") or step.step)
    leash, target = step.leash, state.setting("feedback.kl_target")
    head = [
        (f"step {step.step} of {total} ", ink.text),
        *bar(step.step / max(1, total), max(4, min(20, width - 38)), ink.accent("feedback"), ink.faint),
    ]
    if leash == 0:
        head += [("  ", ink.text), (" off the leash ", ink.key)]
    held = "; off the leash" if leash == 0 else f", cost {leash:.2g}" if leash is not None else ""
    aim = f", aim {target:g}" if leash and target else ""
    rows = [line(*head), tax(scene, width), *warned(scene, width)]
    rows.append(
        _row(scene, "reward", numbers.signed(step.reward, 2), ("by the reward model",), "reward", width)
    )
    if step.gold is not None:
        means = ("what the rater thinks",)
        rows.append(_row(scene, "gold", numbers.signed(step.gold, 2), means, "gold", width))
    far = tuple(
        f"{said}{more}"
        for said in ("how far from the tuned model, in nats", "nats it has moved")
        for more in (f"{aim}{held}", held)
    )
    undecided = ("how undecided it is; 0: not at all", "how undecided it is")
    rows += [
        _row(scene, "KL", numbers.figure(step.kl), (*far, "nats it has moved"), None, width),
        _row(scene, "length", f"{step.length:.1f}", ("tokens an answer",), "length", width),
        _row(scene, "entropy", numbers.figure(step.entropy), undecided, "entropy", width),
    ]
    notes = []
    if step.skipped_groups:
        notes.append(f"{numbers.plural(step.skipped_groups, 'prompt')} with equal rewards")
    if step.truncated:
        notes.append(f"{numbers.plural(step.truncated, 'answer')} did not end")
    if notes:
        rows.append(line(("; ".join(notes), ink.muted)))
    return rows[:height]


def tax(scene: Scene, width: int) -> Strip:
    """What the taste has cost so far, of the facts asked for on the way, and what the guard allows."""
    state, ink = scene.state, scene.ink
    start, now, limit = state.facts_before, state.facts, state.setting("feedback.facts_limit")
    if now is None or start is None:
        asked = ("facts forgotten: asked for every few steps", "facts forgotten: not asked yet")
        guards = limit is None or limit < 1
        guarded = fullest(asked, width - 18) if guards else "facts forgotten: no guard asks"
        return line((fit("tax", 9), ink.text), (f"{'–':>7}", ink.muted), (f"  {guarded}", ink.muted))
    lost = start - now
    allowed = "no guard" if limit is not None and limit >= 1 else f"{100 * (limit or 0):g} allowed"
    style = ink.good if lost <= 0 else ink.warn if limit is None or lost <= limit else ink.bad
    changed = f"{100 * start:.0f} → {numbers.percent(now)}"
    tax, of = (f"{100 * lost:.1f}", "points lost of facts") if lost > 0 else ("none", "lost of facts")
    said = f"asked on the way: {changed}"
    short = f"asked: {changed}"
    forms = (f"{of} {said}; {allowed}", f"facts {said}; {allowed}", f"facts {short}; {allowed}", short)
    shown = fullest(forms, width - 18)
    return line((fit("tax", 9), ink.text), (f"{tax:>7}", style), (f"  {shown}", ink.muted))


def cost(scene: Scene, width: int) -> list[Strip]:
    """What the taste has cost in the end, by the exam; before that, by what was asked on the way.

    An answer that never ends counts as wrong in the exam, and not on the way: where that is why a figure
    fell, it is said, with how many hold the right fact all the same.
    """
    state, ink = scene.state, scene.ink
    before, after = (value(state, f"{name}/{words.FACTS}") for name in ("tuned", "aligned"))
    if before is None or after is None:
        return [tax(scene, width)] if state.facts is not None else []
    limit, lost = state.setting("feedback.facts_limit"), before - after
    style = ink.good if lost <= 0 else ink.warn if limit is None or lost <= limit else ink.bad
    changed = " → ".join(numbers.apart(before, after, numbers.percent))
    points, of = (numbers.figure(100 * lost, 1), "points lost") if lost > 0 else ("none", "lost")
    shown = fullest(
        (f"{of} of {KNOWN}: {changed}", f"{KNOWN}: {changed}", f"facts known: {changed}"), width - 18
    )
    rows = [line((fit("tax", 9), ink.text), (f"{points:>7}", style), (f"  {shown}", ink.muted))]
    if (endless := endlessness(state)) is not None:
        held = value(state, "aligned/mentions_heldout")
        all_the_same = "" if held is None else f" {numbers.percent(held)} hold the right fact all the same."
        forms = (f"{endless}.{all_the_same}", f"{endless}.")
        said = next((form for form in forms if holds(form, width, 2)), forms[-1])
        rows += paragraph(f"{said[0].upper()}{said[1:]}", ink.warn, width, 2)
    return rows


def warned(scene: Scene, width: int) -> list[Strip]:
    """What feedback has warned of last, as that the guard has put weights back: until its stage is over."""
    notice = scene.state.warned
    if notice is None or scene.state.stage != "feedback":
        return []
    text = one_line(notice.text)
    return paragraph(f"{text[:1].upper()}{text[1:]}", scene.ink.warn, width)


def _row(
    scene: Scene, name: str, value: str, meaning: tuple[str, ...], metric: str | None, width: int
) -> Strip:
    """A figure with what it means, in the fullest of the given forms that there is room for."""
    ink = scene.ink
    first = None if metric is None else _first(scene.state, metric)
    said = [*meaning]
    if first is not None:
        then = (
            f"{numbers.signed(first, 2)} at first"
            if metric in ("reward", "gold")
            else f"{numbers.figure(first, 1)} at first"
        )
        said = [*(f"{one}; {then}" for one in meaning), then, *meaning]
    shown = fullest(said, width - 18)
    parts: list[Part] = [(fit(name, 9), ink.text), (f"{value:>7}", ink.strong)]
    return line(*parts, (f"  {shown}", ink.muted))


def _first(state: State, metric: str) -> float | None:
    series = state.curve("feedback", metric)
    return next((value for value in series.final if value == value), None) if series is not None else None


def samples(scene: Scene, width: int, height: int) -> list[Strip]:
    """The same prompts as the tuned model answered them, and as the model answers them now."""
    state, ink = scene.state, scene.ink
    now = state.samples[-1] if state.samples else None
    before = state.tuned_samples
    if before is None or now is None or now.stage != "feedback":
        return []
    key = meaning([sample.right for sample in (*before.samples, *now.samples)])
    head, step = "the likeliest answers ", f"at step {now.step}"
    shown = (*before.samples, *now.samples)
    heard = (sample.prompt for sample in shown)
    signs = noise.strange(scene.vocabulary, (sample.text for sample in shown), heard)
    key += fullest((f"  {said}" for said in signs), width - len(head + step + key))
    rows = [line((head, ink.muted), (step, ink.text), (key, ink.muted))]
    texts = {sample.prompt: sample for sample in now.samples}
    for sample in before.samples:
        then = texts.get(sample.prompt, Sample(sample.prompt, ""))
        said = (("before", sample.text, sample.right, 2), ("now", then.text, then.right, 3))
        block = _block(scene, sample.prompt, said, width, height - len(rows))
        if not block:
            break
        rows += [*block, BLANK]
    return rows[:height] if len(rows) > 1 else []


def examples(scene: Scene, first: int, width: int, height: int) -> list[Strip]:
    """Prompts as the tuned and as the aligned model answer them, from example `first` on."""
    rows: list[Strip] = []
    shown = list(scene.state.examples)
    for example in shown[first:] + shown[:first]:
        said = (
            ("before", example.before, example.before_right, 3),
            ("after", example.after, example.after_right, 3),
        )
        block = _block(scene, example.prompt, said, width, height - len(rows))
        if not block:
            break
        rows += [*block, BLANK]
    return rows[:height]


Said = tuple[str, str, bool | None, int]  # whose answer, what it is, whether it is right, lines at most


def _block(scene: Scene, prompt: str, said: tuple[Said, Said], width: int, height: int) -> list[Strip]:
    """A prompt with an answer before and one after, both whole; in a line each, their ends among them, where
    there is no more room; [] where there is less."""
    ink = scene.ink
    for spare in (0, 1):
        block = paragraph(f"“{one_line(prompt)}”", ink.strong, width, 2 - spare)
        for style, (label, text, right, most) in zip((ink.muted, ink.text), said, strict=True):
            block += _answer(scene, label, text, right, width, style, 1 if spare else most)
        if len(block) <= height:
            return block
    return []


def _answer(
    scene: Scene, label: str, text: str, right: bool | None, width: int, style: Style, height: int
) -> list[Strip]:
    """An answer, with whether it is right where the world says so."""
    mark = marked(scene, right)
    said = " ".join(several_lines(text).split()) or "(it said nothing)"
    body = wrap_answer(said, width - 8 - len(mark[0]), height)
    blank: Part = (" " * len(mark[0]), style)
    return [
        line((fit(label if not index else "", 8), style), mark if not index else blank, (row, style))
        for index, row in enumerate(body)
    ]
