"""`agent`: an agent's model is frozen, too. What makes it better are its prompt, its tools, its memory.

Tasks of two and three steps, which no single fact answers, are worked on by the same weights in four ways,
each with something more around them: the task alone; a prompt that asks for step after step; tools, called in
plain text, whose calls and results stand in the transcript; and what was done in earlier tasks that came
right. The weights' hash is taken each time. Then they are trained: reinforcement on success.

The model must first know what a call is. So before all that it is fine-tuned for a moment on demonstrations,
about other names and of some kinds of tasks only, and said to be: that is training, and the weights that the
first rung begins with are its result.
"""

import copy
from collections.abc import Iterator

from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import World
from tui_trainer.experiments.agents.lessons import demonstrations
from tui_trainer.experiments.agents.loop import Transcript, work
from tui_trainer.experiments.agents.prompts import Before, Memory, nothing, step_by_step, with_tools
from tui_trainer.experiments.agents.reinforcing import Reinforcement
from tui_trainer.experiments.agents.tasks import Task, notes, tasks
from tui_trainer.experiments.agents.tools import Tools
from tui_trainer.experiments.claims.limits import RUNGS
from tui_trainer.experiments.the_world import world_of
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.experiments.tuning import tune
from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.learning.randomness import generator
from tui_trainer.messages.events import Event, Line, Measured, Noticed, Plotted, Showed
from tui_trainer.model.transformer import Transformer
from tui_trainer.model.weights_hash import weights_sha256

UNSEEN = 200  # tasks that success is measured on
DEMONSTRATIONS, OTHERS = 6000, 1500  # dialogues to prepare with: of calls, and of fine-tuning's own
PREPARING = {"steps": 600, "pair_rows": 8, "document_rows": 1}  # of the fine-tuning settings
EARLIER, TRIES = 150, 4  # tasks whose successes are remembered, each tried so often
LEARNING, TASKS, EACH = 25, 16, 8  # steps of reinforcement; tasks a step; tries of each


class Climb:
    """The rungs as they are measured."""

    def __init__(self, tuned: Tuned, unseen: list[Task]) -> None:
        self.tokenizer, self.unseen = tuned.corpus.tokenizer, unseen
        self.shares = list[float]()
        self.intervals = list[tuple[float, float]]()
        self.first = ""  # the hash on the first rung

    def rung(self, model: Transformer, before: Before, tools: Tools | None) -> Iterator[Event]:
        """Work on all the unseen tasks; show one, measure, and take the hash."""
        name = RUNGS[len(self.shares)]
        done = work(model, self.tokenizer, self.unseen, before, tools)
        k, n = sum(t.success for t in done), len(done)
        yield from shown(done[0])
        self.shares.append(k / n)
        self.intervals.append(proportion_interval(k, n))
        yield Measured(f"agent/{name}/success", k / n, self.intervals[-1], n)
        digest = weights_sha256(model)
        self.first = self.first or digest
        same = digest == self.first
        said = "as on the first rung" if same else "trained: other ones than on the first rung"
        yield Noticed(f"{name.replace('_', ' ')}: {k} of {n} unseen tasks; weights {digest[:12]}, {said}")
        yield Measured(f"agent/{name}/same_weights", float(same))
        yield self.plotted()

    @property
    def apart(self) -> int:
        """Of the steps up, those where the intervals don't touch."""
        steps = zip(self.intervals, self.intervals[1:], strict=False)
        return sum(below[1] < above[0] for below, above in steps)

    def plotted(self) -> Plotted:
        """Success by rung."""
        x = tuple(float(at + 1) for at in range(len(self.shares)))
        return Plotted(
            "success on unseen tasks",
            "1 plain, 2 better prompt, 3 tools, 4 memory, 5 reinforced",
            "share of the tasks",
            (Line("success", x, tuple(self.shares)),),
        )


def shown(transcript: Transcript) -> Iterator[Showed]:
    """A transcript, turn by turn."""
    for at, (told, said) in enumerate(transcript.turns):
        yield Showed("tool" if at else "asked", told)
        last = at == len(transcript.turns) - 1
        yield Showed("model", said, transcript.success if last else None)


def agent(tuned: Tuned, seed: int) -> Iterator[Event]:
    """Prepare, freeze, climb; then reinforce."""
    world = world_of(tuned, seed)
    model = copy.deepcopy(tuned.model)
    yield from _prepared(tuned, model, world, seed)
    tools = Tools(tuned.folder, notes(world))
    climb = Climb(tuned, tasks(world, UNSEEN, rng(seed, "agent", "unseen"), asked=False))
    yield from climb.rung(model, nothing, None)
    yield from climb.rung(model, step_by_step, None)
    yield from climb.rung(model, with_tools, tools)
    memory = _remembering(tuned, model, world, tools, seed)
    yield Noticed(f"it remembers {len(memory)} of {EARLIER} earlier tasks: those that came right")
    yield from climb.rung(model, memory, tools)
    yield from _reinforced(tuned, model, world, memory, tools, seed)
    yield from climb.rung(model, memory, tools)
    yield Measured("agent/steps_apart", float(climb.apart))


def _prepared(tuned: Tuned, model: Transformer, world: World, seed: int) -> Iterator[Event]:
    """Fine-tune on demonstrations, in place."""
    draw = rng(seed, "agent", "demonstrations")
    pairs = demonstrations(world, DEMONSTRATIONS, draw)
    others = draw.sample(tuned.corpus.pairs, min(OTHERS, len(tuned.corpus.pairs)))
    yield Noticed(
        f"fine-tuned on {len(pairs)} demonstrations of calls, to know what a call is: this is training, too"
    )
    yield from tune(tuned, model, [*pairs, *others], seed, **PREPARING)


def _remembering(tuned: Tuned, model: Transformer, world: World, tools: Tools, seed: int) -> Memory:
    """Do earlier tasks, each several times, with what tools there are; somebody says which came right."""
    earlier = tasks(world, EARLIER, rng(seed, "agent", "earlier"), asked=True)
    tries = [task for task in earlier for _ in range(TRIES)]
    draw = generator(seed, "agent", "earlier")
    return Memory(work(model, tuned.corpus.tokenizer, tries, with_tools, tools, draw))


def _reinforced(
    tuned: Tuned, model: Transformer, world: World, memory: Memory, tools: Tools, seed: int
) -> Iterator[Event]:
    """Reinforcement on success in other tasks, in place."""
    reinforcement = Reinforcement(model, tuned.corpus.tokenizer, LEARNING)
    shares = list[float]()
    for step in range(LEARNING):
        begun = tasks(world, TASKS, rng(seed, "agent", "reinforcement", step), asked=True)
        tries = [task for task in begun for _ in range(EACH)]
        draw = generator(seed, "agent", "reinforcement", step)
        done = work(model, tuned.corpus.tokenizer, tries, memory, tools, draw)
        kl = reinforcement.learn(done, EACH)
        shares.append(sum(t.success for t in done) / len(done))
        yield Noticed(
            f"reinforcement, step {step + 1} of {LEARNING}: {shares[-1]:.2f} came right, KL {kl:.2f}"
        )
        yield Plotted(
            "reinforcement on success",
            "step",
            "share of its tries",
            (Line("came right", tuple(map(float, range(1, step + 2))), tuple(shares)),),
        )
