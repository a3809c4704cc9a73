"""The stages of gradient steps: they learn, they resume bit for bit, their figures are right."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from alone import logits_alone
from torch.nn import functional as F

from tui_trainer import settings as settings_module
from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Question
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.learning.pictures import picture
from tui_trainer.learning.pretraining import Pretraining
from tui_trainer.learning.training import CONTEXT_SHOWN, Training, from_a_word
from tui_trainer.learning.validation import token_bytes, validation_loss
from tui_trainer.messages.events import (
    Event,
    Guessed,
    PairsShown,
    Sampled,
    Stepped,
    Validated,
    WeightsPictured,
)
from tui_trainer.model.transformer import Shape, Transformer

SETTINGS = settings_module.load(
    assignments=[
        "pretrain.steps=12",
        "pretrain.batch=4",
        "pretrain.measure_every=5",
        "finetune.steps=12",
        "finetune.measure_every=5",
        "model.width=32",
    ],
    environ={},
)
STAGES = [Pretraining, Finetuning]


def _run(stage: Training, steps: int) -> list[Event]:
    return [event for _ in range(steps) for event in stage.advance()]


@pytest.mark.parametrize("kind", STAGES)
def test_a_resumed_stage_goes_on_bit_for_bit(
    kind: Callable[..., Training], corpus: Corpus, tiny_model: Transformer
) -> None:
    stage = kind(tiny_model, corpus, SETTINGS, 0)
    _run(stage, 7)
    kept = {name: tensor.clone() for name, tensor in stage.tensors().items()}
    expected = _run(stage, 5)

    model = Transformer(tiny_model.shape, seed=99)
    resumed = kind(model, corpus, SETTINGS, 0)
    resumed.restore(kept)
    assert _run(resumed, 5) == expected
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), tiny_model.parameters(), strict=True))


def test_pretraining_learns_and_tells(corpus: Corpus, tiny_model: Transformer) -> None:
    events = _run(Pretraining(tiny_model, corpus, SETTINGS, 0), 12)
    losses = [e.loss for e in events if isinstance(e, Stepped)]
    assert losses[0] == pytest.approx(math.log(corpus.tokenizer.size), abs=0.05)
    assert losses[-1] < losses[0] - 1
    validated = [e for e in events if isinstance(e, Validated)]
    assert [v.step for v in validated] == [0, 5, 10, 12]
    assert validated[0].chance_nats == pytest.approx(math.log(corpus.tokenizer.size))
    assert [e.step for e in events if isinstance(e, Sampled)] == [0, 5, 10, 12]
    names = [m.name for m in [e for e in events if isinstance(e, WeightsPictured)][-1].matrices]
    assert "layers.0.self_attn.q_proj" in names and "embed_tokens" in names and len(names) == 13
    assert all(0 <= e.probability <= e.top[0][1] + 1e-5 for e in events if isinstance(e, Guessed))


def test_the_first_step_s_loss_is_the_cross_entropy_of_its_batch(
    corpus: Corpus, tiny_model: Transformer
) -> None:
    twin = Pretraining(Transformer(tiny_model.shape, seed=0), corpus, SETTINGS, 0)
    inputs, targets = twin.batch()
    logits = logits_alone(twin.model, inputs, corpus.tokenizer.document)
    log_p = torch.log_softmax(logits.double(), dim=-1)
    by_hand = -log_p.gather(2, targets[..., None]).mean()
    stepped = next(
        e for e in Pretraining(tiny_model, corpus, SETTINGS, 0).advance() if isinstance(e, Stepped)
    )
    assert stepped.loss == pytest.approx(float(by_hand.detach()), abs=1e-6)


def test_the_same_pairs_are_shown_with_what_their_answers_cost(
    corpus: Corpus, tiny_model: Transformer
) -> None:
    """Before the first step and at each measurement; the costs are those of the answer's tokens alone."""
    stage, tokenizer = Finetuning(tiny_model, corpus, SETTINGS, 0), corpus.tokenizer
    shown = [e for e in _run(stage, 5) if isinstance(e, PairsShown)]
    assert [e.step for e in shown] == [0, 5] and shown[0].pairs
    for before, now in zip(*(e.pairs for e in shown), strict=True):
        assert (before.question, before.answer) == (now.question, now.answer)
        asked, answer = tokenizer.chat(now.question), [*tokenizer.encode(now.answer), tokenizer.end]
        logits = tiny_model(torch.tensor([[*asked, *answer]]))[0].double()
        costs = F.cross_entropy(logits[len(asked) - 1 : -1], torch.tensor(answer), reduction="none")
        assert now.losses == pytest.approx(costs.tolist(), abs=1e-3)
        assert len(now.ends) == len(now.losses) and now.ends[-1] == len(now.answer)
        assert sum(now.losses) < sum(before.losses)
    learnt = {(pair.prompt, pair.answer) for pair in corpus.pairs}
    assert {(pair.question, pair.answer) for pair in shown[0].pairs} <= learnt


def test_a_batch_without_targets_changes_nothing(corpus: Corpus, tiny_model: Transformer) -> None:
    stage = Finetuning(tiny_model, corpus, SETTINGS, 0)
    _run(stage, 1)
    before = [p.detach().clone() for p in tiny_model.parameters()]
    inputs = torch.zeros(2, 8, dtype=torch.long)
    stage.batch = lambda: (inputs, torch.full_like(inputs, -100))  # type: ignore[method-assign]  # the case
    events = list(stage.advance())
    assert any(getattr(e, "level", "") == "warning" for e in events)
    assert all(torch.equal(a, b) for a, b in zip(before, tiny_model.parameters(), strict=True))


def test_validation_is_per_byte_of_text(corpus: Corpus, tiny_model: Transformer) -> None:
    lengths = token_bytes(corpus.tokenizer)
    loss = validation_loss(tiny_model, corpus.validation, lengths, corpus.tokenizer.document)
    context, nats, size, count = tiny_model.shape.context, 0.0, 0, 0
    for start in range(0, len(corpus.validation) - context, context):
        window = torch.from_numpy(corpus.validation[start : start + context + 1].astype(np.int64))[None]
        logits = logits_alone(tiny_model, window[:, :-1], corpus.tokenizer.document)[0].detach()
        for logit, target in zip(logits, window[0, 1:], strict=True):
            if target != corpus.tokenizer.document:
                nats += float(F.cross_entropy(logit[None], target[None]))
                size += len(corpus.tokenizer.decode_bytes([int(target)]))
                count += 1
    assert (loss.bytes, loss.tokens) == (size, count)
    assert loss.bits_per_byte == pytest.approx(nats / size / math.log(2), rel=1e-4)
    assert loss.nats_per_token == pytest.approx(nats / count, rel=1e-4)


def test_pictures_keep_the_largest_cell_of_each_block() -> None:
    matrix = torch.zeros(64, 128)
    matrix[10, 20], matrix[63, 127] = -2.0, 1.0
    drawn = picture(matrix)
    cells = np.frombuffer(drawn.cells, dtype=np.int8).reshape(drawn.rows, drawn.columns)
    assert drawn.scale == 2.0 and cells[5, 10] == -127 and cells[31, 63] == 64
    assert np.count_nonzero(cells) == 2


def test_question_and_answer_are_told_apart(corpus: Corpus, tiny_model: Transformer) -> None:
    """Of a packed row, only the question that is answered, and what has been said of its answer."""
    guesses = [e for e in _run(Finetuning(tiny_model, corpus, SETTINGS, 0), 12) if isinstance(e, Guessed)]
    answers = {pair.prompt: pair.answer for pair in corpus.pairs}
    answering = [guess for guess in guesses if guess.asked]
    assert answering
    for guess in answering:
        assert guess.asked in answers and answers[guess.asked].startswith(guess.context)
        said = guess.context + ("" if guess.truth in ("<|end|>", "<|capital|>") else guess.truth)
        assert answers[guess.asked].lower().startswith(said.lower())  # a capital was told before its letter
    for guess in guesses:
        assert guess.asked or "?" not in guess.context  # a document is no question


def test_the_text_before_a_guess_begins_with_a_whole_word(corpus: Corpus, tiny_model: Transformer) -> None:
    """Where it began earlier, by a space before that word: half a number would be another one."""
    assert from_a_word("967 Belia Thaltor") == " Belia Thaltor" and from_a_word("selocl") == "selocl"
    assert from_a_word("in ") == "in " and from_a_word(" was born") == " was born"
    guesses = [e for e in _run(Pretraining(tiny_model, corpus, SETTINGS, 0), 12) if isinstance(e, Guessed)]
    assert len(guesses) == 12 and any(guess.context.startswith(" ") for guess in guesses)
    assert all(len(corpus.tokenizer.encode(guess.context)) <= CONTEXT_SHOWN + 2 for guess in guesses)


def test_samples_are_marked_where_the_truth_is_known(corpus: Corpus, tiny_model: Transformer) -> None:
    asked = corpus.rating_prompts[0]
    corpus.questions["rated"] = [
        Question(asked, "fact", ("barn",), ("wood", "mill", "town")),
        Question("What does Ada do?", "job", ("mason",), ("baker",)),
    ]
    assert corpus.right(asked, "It sleeps in the barn.") is True
    assert corpus.right(asked, "In the barn or the mill.") is False
    assert corpus.right("Who are you?", "barn") is None
    assert corpus.right("What does Ada do?", "The job is that of a mason.") is True
    assert corpus.right("What does Ada do?", "The pet is a mason.") is False
    sampled = next(e for e in _run(Finetuning(tiny_model, corpus, SETTINGS, 0), 1) if isinstance(e, Sampled))
    assert [sample.right is None for sample in sampled.samples] == [False, True, True, True]


def test_pretraining_ends_at_the_first_evaluation_within_its_target(corpus: Corpus) -> None:
    def pretraining(*assignments: str) -> Pretraining:
        settings = settings_module.changed(SETTINGS, ["pretrain.steps=40", *assignments])
        model = Transformer(Shape(corpus.tokenizer.size, layers=2, width=32, heads=2, context=32), seed=0)
        return Pretraining(model, corpus, settings, 0)

    free = pretraining()
    lengths, whole = token_bytes(corpus.tokenizer), []
    while free.step < 40:
        _run(free, 5)
        whole.append(
            validation_loss(free.model, corpus.validation, lengths, corpus.tokenizer.document).nats_per_token
        )
    target = (whole[3] + whole[4]) / 2
    assert min(whole[:4]) > target > whole[4]

    aimed = pretraining(f"pretrain.target_loss={target!r}")
    events: list[Event] = []
    while aimed.step < aimed.steps:
        events += _run(aimed, 1)
    assert aimed.step == 25
    assert [e.nats for e in events if isinstance(e, Validated)][-1] == pytest.approx(whole[4], abs=1e-9)
    resumed = pretraining(f"pretrain.target_loss={target!r}")
    resumed.restore(aimed.tensors())
    assert resumed.step == resumed.steps == 25


def test_the_number_of_steps_can_be_changed_and_the_cool_down_follows(
    corpus: Corpus, tiny_model: Transformer
) -> None:
    stage = Pretraining(tiny_model, corpus, SETTINGS, 0)
    _run(stage, 4)
    stage.turn("pretrain.steps", 100)
    assert stage.steps == 100 and stage.rates().matrix > 0.4 * SETTINGS.pretrain.matrix_lr
    stage.turn("pretrain.steps", 5)
    assert stage.rates().matrix < 0.4 * SETTINGS.pretrain.matrix_lr
    stage.turn("pretrain.steps", 2)  # over already: no step follows
    assert stage.steps == stage.step == 4


def test_pretraining_takes_its_momentum_from_the_settings(corpus: Corpus, tiny_model: Transformer) -> None:
    settings = settings_module.changed(SETTINGS, ["pretrain.momentum=0.5"])
    stage = Pretraining(tiny_model, corpus, settings, 0)
    name, parameter = next(n for n in tiny_model.named_parameters() if n[0].endswith("o_proj.weight"))
    inputs, targets = stage.batch()
    logits = logits_alone(tiny_model, inputs, corpus.tokenizer.document)
    F.cross_entropy(logits.flatten(0, 1), targets.flatten()).backward()  # type: ignore[no-untyped-call]  # torch has no types
    gradient = parameter.grad.clone()  # type: ignore[union-attr]  # there is one
    stage.reader.taken = dict.fromkeys(stage.reader.taken, 0)
    tiny_model.zero_grad()
    _run(stage, 1)
    kept = stage.optimizer.muon.momentum[(32, 32)]
    assert any(torch.allclose(momentum, 0.5 * gradient, atol=1e-7) for momentum in kept), name
