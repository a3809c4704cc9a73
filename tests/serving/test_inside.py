"""An answer taken apart, held against plain forward passes and against what was drawn from."""

import pytest
import torch

from tui_trainer.messages.conversation import Drawing
from tui_trainer.model import sampling
from tui_trainer.model.operations import norm
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.frozen import session
from tui_trainer.serving.inside import inside

DRAWINGS = [Drawing(), Drawing(0.7, 0.9, 3), Drawing(1.5, 1.0, 1), Drawing(1.0, 0.5, 2)]


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_each_token_has_the_distribution_it_was_drawn_from(
    run: RunFolder, drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is computed afterwards is what the decoder had, to the tolerance of a float, and the softmax of
    plain forward passes."""
    had: list[torch.Tensor] = []
    plain = sampling.choose

    def kept(logits: torch.Tensor, *arguments: object) -> torch.Tensor:
        had.append(logits[0].clone())
        return plain(logits, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sampling, "choose", kept)
    talk = session(run, "tuned")
    list(talk.reply("Ada"))
    answer = talk.prepare("Where?", drawing)
    had.clear()
    list(talk.give("Where?", answer))
    found = inside(talk.model, talk.tokenizer, answer)
    assert len(found.places) == len(answer.tokens) == len(had) > 3
    for at, (place, logits, token) in enumerate(zip(found.places, had, answer.tokens, strict=True)):
        shares = torch.softmax(logits, dim=0)
        with torch.no_grad():
            before = torch.tensor([[*answer.prompt, *answer.tokens[:at]]])
            forward = torch.softmax(talk.model(before)[0, -1], dim=0)
        torch.testing.assert_close(shares, forward, atol=1e-5, rtol=1e-4)
        assert place.share == pytest.approx(float(shares[token]), abs=1e-5, rel=1e-4)
        assert place.rank == int((forward > forward[token]).sum()) + 1
        assert place.layers[-1].share == pytest.approx(place.share, rel=1e-3)  # as far as it is written
        assert place.layers[-1].rank == place.rank and len(place.layers) == talk.model.shape.layers + 1
        names = {talk.tokenizer.name(t): t for t in range(talk.tokenizer.size)}
        for candidate in place.candidates:
            assert candidate.share == pytest.approx(float(forward[names[candidate.token]]), abs=1e-5)
        assert place.drawn > 0 and place.token in [c.token for c in place.candidates]


def test_a_layer_says_what_a_model_cut_off_after_it_would(run: RunFolder) -> None:
    talk = session(run, "tuned")
    answer = talk.prepare("Where?", Drawing())
    list(talk.give("Where?", answer))
    found = inside(talk.model, talk.tokenizer, answer)
    tokens = torch.tensor([[*answer.prompt, *answer.tokens[:-1]]])
    blocks = list(talk.model.blocks)
    with torch.no_grad():
        for layers in range(len(blocks) + 1):
            talk.model.model["layers"] = torch.nn.ModuleList(blocks[:layers])  # type: ignore[operator]
            shape = talk.model.shape
            object.__setattr__(talk.model, "shape", type(shape)(**{**fields(shape), "layers": layers}))
            shares = torch.softmax(talk.model(tokens)[0, len(answer.prompt) - 1 :], dim=-1)
            object.__setattr__(talk.model, "shape", shape)
            for place, share, token in zip(found.places, shares, answer.tokens, strict=True):
                said = place.layers[layers]
                assert said.share == pytest.approx(float(share[token]), abs=1e-5)
                assert said.top[0][1] == pytest.approx(float(share.max()), abs=1e-5)


def fields(shape: object) -> dict[str, int]:
    return {name: getattr(shape, name) for name in shape.__struct_fields__}  # type: ignore[attr-defined]


def test_the_residuals_are_the_model_s(run: RunFolder) -> None:
    model = session(run, "tuned").model
    tokens = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        *_, last = model.residuals(tokens)
        torch.testing.assert_close(model.logits(norm(last)), model(tokens))


def test_an_answer_without_a_token_has_nothing_to_look_into(run: RunFolder) -> None:
    talk = session(run, "tuned")
    assert inside(talk.model, talk.tokenizer, talk.prepare("Who?", Drawing())).places == ()
