"""An agent's tasks, tools, loop, memory and reinforcement; the loop on a scripted model."""

import re
from collections.abc import Sequence

import pytest
import torch

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.corpus.world import World
from tui_trainer.experiments import agent as agent_module
from tui_trainer.experiments.agents import loop
from tui_trainer.experiments.agents.lessons import by_calls, demonstrations
from tui_trainer.experiments.agents.loop import Transcript, work
from tui_trainer.experiments.agents.prompts import TOOLS, Memory, called, nothing, plan, with_tools
from tui_trainer.experiments.agents.reinforcing import Reinforcement, rollouts
from tui_trainer.experiments.agents.tasks import ADD, KINDS, NOUNS, UNSHOWN, Task, made_up, notes, tasks
from tui_trainer.experiments.agents.tools import NOTHING, Tools
from tui_trainer.experiments.catalog import named
from tui_trainer.experiments.claims.limits import RUNGS
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.messages.events import Measured, Plotted, Showed
from tui_trainer.model.transformer import Transformer
from tui_trainer.model.weights_hash import weights_sha256

SEED = 5


@pytest.fixture(scope="module")
def tools(world: World, tmp_path_factory: pytest.TempPathFactory) -> Tools:
    return Tools(tmp_path_factory.mktemp("agent"), notes(world))


def test_a_task_s_links_are_so_and_lead_to_the_answer(world: World) -> None:
    made = tasks(world, 120, rng(0, "test"), asked=False)
    assert len({t.question for t in made}) == len(made) == 120
    assert {t.steps for t in made} == {kind.steps for kind in KINDS}
    for task in made:
        name = next(e for e in world.entities if e.called in task.links[0].subject)
        assert not name.asked and name.called in task.question
        for link in task.links:
            if link.relation == ADD:
                a, b = map(int, link.subject.split(" + "))
                assert int(link.value) == a + b and re.search(rf"\b{b}\b", task.question)
                continue
            year = re.search(r" in (\d{4})$", link.subject)
            facts = world.facts_of(re.sub(r"^the | in \d{4}$", "", link.subject))
            assert any(
                (f.relation, f.value) == (link.relation, link.value) and (not year or f.year == int(year[1]))
                for f in facts
            )
        assert task.right(task.links[-1].said) and task.right(task.links[-1].note)
        assert not any(link.value in task.question for link in task.links)


def test_another_value_or_two_are_not_right(world: World) -> None:
    task = next(t for t in tasks(world, 24, rng(1, "test"), asked=True) if t.steps == ("town", "product"))
    right, wrong = task.links[-1].value, task.others[0]
    assert task.right(f"The town is Orsa. The workshops make {right}.")
    assert not task.right(f"The workshops make {wrong}.") and not task.right(
        f"They make {wrong} and {right}."
    )
    assert not task.right(f"The workshops make {right}. The river is the Anra.")
    year = next(t for t in tasks(world, 24, rng(1, "test"), asked=True) if t.steps[-1] == ADD)
    result = year.links[-1].value
    assert year.right(f"{year.links[-1].subject} = {result}.") and not year.right(f"{result} = 1.")
    assert not year.right("")


def test_the_tools_answer_every_right_call(world: World, tools: Tools) -> None:
    for task in tasks(world, 60, rng(2, "test"), asked=False):
        assert [tools.result(link.call) for link in task.links] == [link.note for link in task.links]


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("Add 1984 + 17.", "1984 + 17 = 2001."),
        ("Add 7 + 8", "7 + 8 = 15."),
        ("Add seven + 8.", NOTHING),
        ("Look up the town of Nobody Nowhere.", NOTHING),
        ("The town is Orsa.", None),
        ("", None),
    ],
)
def test_what_tools_answer(said: str, result: str | None, tools: Tools) -> None:
    assert tools.result(said) == result


def test_demonstrations_show_no_held_out_name_and_not_all_kinds(world: World, corpus: Corpus) -> None:
    pairs = demonstrations(world, 300, rng(3, "test"))
    held_out = {e.called for e in world.entities if not e.asked}
    unshown = {tuple(NOUNS[step] for step in steps) for steps in UNSHOWN}
    for pair in pairs:
        first = pair.turns[0][0] if pair.turns else pair.prompt
        assert not any(name in first for name in held_out)
        if called([said for _, said in pair.turns]) in unshown:  # only where the question says nothing of it
            assert re.match(r"Tools: .+ Earlier: .+ (?:Find out about|What of|Go on from) ", first)
        assert pair.turns or pair.prompt.startswith("Step by step. ")
    with_calls = [p for p in pairs if p.turns]
    assert 150 < len(with_calls) < len(pairs)
    assert {bool(re.search("Earlier: ", p.turns[0][0])) for p in with_calls} == {True, False}


def _scripted(monkeypatch: pytest.MonkeyPatch, tokenizer: Tokenizer, script: dict[str, str]) -> None:
    """A model that says, to what it was told last, what a script has; to anything else "No."."""

    def generate(model: object, prompts: Sequence[list[int]], new: int, **_: object) -> list[list[int]]:
        rows = []
        for ids in prompts:
            told = ids[len(ids) - 1 - ids[::-1].index(tokenizer.user) + 1 : -1]
            said = tokenizer.encode(script.get(tokenizer.decode(told), "No."))
            rows.append([*said, tokenizer.end] if len(said) < new else said[:new])
        return rows

    monkeypatch.setattr(loop, "generate", generate)


def _script(some: Sequence[Task], before: str = "") -> dict[str, str]:
    script = {}
    for task in some:
        pair = by_calls(task, False)
        turns = [*pair.turns, (pair.prompt, pair.answer)]
        turns[0] = (before + task.question, turns[0][1])
        script |= dict(turns)
    return script


def test_the_loop_puts_results_before_the_model_until_it_answers(
    world: World, corpus: Corpus, tuned: Tuned, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = corpus.tokenizer
    solved = [
        t for t in tasks(world, 48, rng(4, "test"), asked=False) if t.steps == ("inventor", "town", "river")
    ][:1]
    unsolved = [t for t in tasks(world, 48, rng(4, "test"), asked=False) if t.steps == ("year", ADD)][:1]
    _scripted(monkeypatch, tokenizer, _script(solved, TOOLS))
    first, second = work(tuned.model, tokenizer, [*solved, *unsolved], with_tools, tools)
    task = solved[0]
    assert first.success and first.calls == [link.call for link in task.links]
    assert [told for told, _ in first.turns] == [TOOLS + task.question, *(link.note for link in task.links)]
    assert not second.success and second.answer == "No." and second.calls == []
    for t in (first, second):  # the model's own tokens are those that it said, no others
        own = [t.tokens[at] for at in t.own]
        assert (
            tokenizer.decode(own).replace(".", ". ").split()
            == " ".join(s for _, s in t.turns).replace(".", ". ").split()
        )
        assert own.count(tokenizer.end) == len(t.turns) == t.tokens.count(tokenizer.user)
    without = work(tuned.model, tokenizer, solved, with_tools, None)[0]
    assert not without.success and len(without.turns) == 1  # a call is no answer


def test_who_calls_for_ever_is_stopped(
    corpus: Corpus, tuned: Tuned, tools: Tools, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = tasks(world, 12, rng(5, "test"), asked=False)[0]
    call = "Look up the town of Nobody Nowhere."
    _scripted(monkeypatch, corpus.tokenizer, {task.question: call, NOTHING: call})
    done = work(tuned.model, corpus.tokenizer, [task], nothing, tools)[0]
    assert len(done.turns) == loop.MOST_TURNS and not done.success and done.answer == ""


def _done(task: Task, right: bool = True) -> Transcript:
    pair = by_calls(task, False)
    turns = [*pair.turns, (pair.prompt, pair.answer if right else "No.")]
    return Transcript(task, list(turns), [], [], ended=True)


def test_memory_gives_what_was_done_in_the_task_most_alike(world: World) -> None:
    earlier = tasks(world, 60, rng(6, "test"), asked=True)
    memory = Memory([_done(task) for task in earlier])
    assert len(memory) == 60
    new = tasks(world, 60, rng(6, "test"), asked=False)
    assert sum(memory(t) == TOOLS + plan(called([link.call for link in t.links])) for t in new) >= 54
    assert called(["Look up the birth year of Mara.", "Add 1 + 2."]) == ("birth year", "add")


def test_only_what_came_right_is_remembered(world: World) -> None:
    task = tasks(world, 12, rng(7, "test"), asked=True)[0]
    nobody = Memory([_done(task, right=False)])
    assert len(nobody) == 0 and nobody(task) == TOOLS


def test_success_is_made_likelier_by_what_the_model_said_itself(
    world: World, corpus: Corpus, tuned: Tuned
) -> None:
    """Two tries of each task, one of which came right; the gradient is that of its own tokens."""
    tokenizer, transcripts = corpus.tokenizer, list[Transcript]()
    for task in tasks(world, 3, rng(8, "test"), asked=True):
        for right in (True, False):
            t = _done(task, right)
            t.tokens = [tokenizer.document]
            for told, said in t.turns:
                t.tokens += [tokenizer.user, *tokenizer.encode(told), tokenizer.assistant]
                ids = [*tokenizer.encode(said), tokenizer.end]
                t.own += range(len(t.tokens), len(t.tokens) + len(ids))
                t.tokens += ids
            transcripts.append(t)
    batch = rollouts(transcripts, tokenizer.pad)
    said = batch.targets[batch.mask].tolist()
    assert said == [t.tokens[at] for t in transcripts for at in t.own]
    assert batch.rows().tolist() == [row for row, t in enumerate(transcripts) for _ in t.own]

    before = [_likelihood(tuned.model, t) for t in transcripts]
    learning = Reinforcement(tuned.model, tokenizer, steps=4)
    for _ in range(4):
        assert learning.learn(transcripts, each=2) >= 0
    gained = [_likelihood(tuned.model, t) - b for t, b in zip(transcripts, before, strict=True)]
    assert sum(gained[::2]) > sum(gained[1::2])


@torch.no_grad()
def _likelihood(model: Transformer, transcript: Transcript) -> float:
    logs = torch.log_softmax(model(torch.tensor([transcript.tokens]))[0], dim=-1)
    return sum(float(logs[at - 1, transcript.tokens[at]]) for at in transcript.own)


def test_notes_tell_all_that_tasks_ask(world: World) -> None:
    told = set(notes(world))
    for task in (
        *tasks(world, 60, rng(9, "test"), asked=True),
        *tasks(world, 60, rng(9, "test"), asked=False),
    ):
        assert all(link.note in told for link in task.links if link.relation != ADD)
    fresh = {e.name for e in world.entities}
    assert all(not any(n in t.question for n in fresh) for t in made_up(world, 40, rng(9, "test")))


def test_no_weight_changes_before_the_last_rung(tuned: Tuned, monkeypatch: pytest.MonkeyPatch) -> None:
    small = {"UNSEEN": 6, "DEMONSTRATIONS": 40, "OTHERS": 20, "EARLIER": 6, "TRIES": 2}
    for name, value in (small | {"LEARNING": 2, "TASKS": 2, "EACH": 2}).items():
        monkeypatch.setattr(agent_module, name, value)
    monkeypatch.setattr(agent_module, "PREPARING", {"steps": 2})
    monkeypatch.setattr(loop, "LONGEST", 6)
    monkeypatch.setattr(Transcript, "success", property(lambda t: len(t.own) % 2 == 0))  # something to learn
    before = weights_sha256(tuned.model)
    events = list(agent_module.agent(tuned, SEED))
    assert weights_sha256(tuned.model) == before
    found = {e.name: e for e in events if isinstance(e, Measured)}
    assert [found[f"agent/{rung}/same_weights"].value for rung in RUNGS] == [1, 1, 1, 1, 0]
    assert all(found[f"agent/{rung}/success"].n == 6 for rung in RUNGS)
    pictures = {e.title: e for e in events if isinstance(e, Plotted)}
    assert pictures["success on unseen tasks"].lines[0].x == (1, 2, 3, 4, 5)
    assert len(pictures["reinforcement on success"].lines[0].y) == 2
    assert {e.who for e in events if isinstance(e, Showed)} >= {"asked", "model"}
    assert isinstance(named("agent").claim.holds({name: m.value for name, m in found.items()}), bool)


def test_the_claim_is_that_every_rung_is_higher_and_only_the_last_is_trained() -> None:
    claim = named("agent").claim
    good = {f"agent/{rung}/success": 0.2 * at for at, rung in enumerate(RUNGS)}
    good |= {f"agent/{rung}/same_weights": float(rung != "reinforced") for rung in RUNGS}
    good["agent/steps_apart"] = 3.0
    assert claim.holds(good) and claim.came_true(good) == 1
    assert not claim.holds(good | {"agent/steps_apart": 2.0})
    assert not claim.holds(good | {"agent/tools/same_weights": 0.0})
    assert not claim.holds(good | {"agent/memory/success": 0.3})
    trained = good | {f"agent/{rung}/success": 0.1 for rung in RUNGS[:4]}
    assert claim.came_true(trained) == 0
    assert claim.came_true(trained | {"agent/memory/success": 0.15, "agent/reinforced/success": 0.16}) == 2


def test_steps_are_apart_where_intervals_do_not_touch(tuned: Tuned) -> None:
    climb = agent_module.Climb(tuned, [])
    climb.intervals = [(0.1, 0.2), (0.15, 0.3), (0.31, 0.4), (0.2, 0.3), (0.5, 0.6)]
    assert climb.apart == 2
