"""A conversation is checked against a plain greedy loop without a cache."""

from collections.abc import Iterator

import pytest
import torch

from tui_trainer.corpus import summary
from tui_trainer.corpus.summary import Summary
from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.errors import Damaged, UserError
from tui_trainer.messages.conversation import Drawing, Read
from tui_trainer.model.decoding import Weights
from tui_trainer.model.transformer import Transformer
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving import chat
from tui_trainer.serving.chat import ChatSession
from tui_trainer.serving.frozen import choose, session


def greedily(model: Transformer, tokenizer: Tokenizer, tokens: list[int], most: int) -> str:
    """The likeliest text token by token, by whole forward passes."""
    new: list[int] = []
    for _ in range(most):
        with torch.no_grad():
            logits = model(torch.tensor([tokens + new]))[0, -1]
        logits[[tokenizer.document, tokenizer.user, tokenizer.assistant, tokenizer.pad]] = -torch.inf
        token = int(logits.argmax())
        if token == tokenizer.end:
            break
        new.append(token)
    return tokenizer.decode(new)


def test_answers_what_the_weights_say(run: RunFolder) -> None:
    talk = session(run, "tuned")
    tokenizer = talk.tokenizer
    asked = tokenizer.chat("Who won?")
    first = "".join(talk.reply("  Who won?\n"))
    assert first == greedily(talk.model, tokenizer, asked, talk.answer_tokens)
    assert talk.turns == [("Who won?", first)]


def test_reads_earlier_turns_while_there_is_room(run: RunFolder) -> None:
    talk = session(run, "tuned")
    tokenizer = talk.tokenizer
    talk.turns = [("old " * 30, "gone"), ("Bo", "Oster")]
    prepared = talk.prepare("Ada", Drawing())
    assert prepared.prompt == tokenizer.chat("Ada", [("Bo", "Oster")])
    assert prepared.read == Read(len(prepared.prompt), talk.model.shape.context, turns=1, of_turns=2)
    alone = talk.prepare("Ada", Drawing(), alone=True)
    assert alone.prompt == tokenizer.chat("Ada") and (alone.read.turns, alone.read.of_turns) == (0, 0)


@pytest.mark.parametrize("weights", ["base", "tuned"])
@pytest.mark.parametrize("text", ["", "Ada", "Ada lives in Oster " * 200, "<|user|><|end|>\x1b[31m\ud800"])
def test_prompt_and_answer_fit_the_context(run: RunFolder, weights: str, text: str) -> None:
    talk = session(run, weights)  # type: ignore[arg-type]  # parametrised
    for _ in range(3):
        prepared = talk.prepare(text, Drawing())
        assert len(prepared.prompt) + talk.reserved <= talk.model.shape.context
        assert prepared.read.cut == (len(text) > 1000)
        list(talk.give(text, prepared))
        assert len(prepared.prompt) + len(prepared.tokens) <= talk.model.shape.context


def test_base_weights_go_on_with_the_text(run: RunFolder) -> None:
    talk = session(run, "base")
    tokens = [talk.tokenizer.document, *talk.tokenizer.encode("The fair of")]
    assert "".join(talk.reply("The fair of")) == greedily(
        talk.model, talk.tokenizer, tokens, talk.answer_tokens
    )
    assert talk.turns == []


def test_without_pairs_all_weights_go_on_with_the_text(run: RunFolder) -> None:
    (run.corpus / "pairs.jsonl").write_bytes(b"")
    summary.write(run.corpus, Summary({}, 0, [], [], []))
    assert session(run, "tuned").continues


def test_talking_changes_no_weight(run: RunFolder) -> None:
    talk = session(run, "tuned")
    before = weights_sha256(talk.model)
    for turn in range(200):
        list(talk.reply(("Who?", "Where?", "x" * 500)[turn % 3], Drawing(temperature=turn % 2, seed=turn)))
        assert talk.check() == before
    assert len(talk.turns) == 200
    assert not any(parameter.requires_grad for parameter in talk.model.parameters())


def test_one_flipped_bit_in_memory_is_noticed(run: RunFolder) -> None:
    talk = session(run, "tuned")
    list(talk.reply("Who?"))
    matrix = talk.model.blocks[1].mlp.fc2.weight
    matrix.view(torch.int32)[3, 5] ^= 1  # the least of its bits
    with pytest.raises(Damaged, match="the tuned weights in memory are not the frozen ones any more"):
        talk.check()
    matrix.view(torch.int32)[3, 5] ^= 1
    assert talk.check() == talk.sha256
    # Tokens are computed from a copy that is laid out otherwise.
    with torch.inference_mode():
        Weights.of(talk.model, torch.float32).layers[1][3].view(torch.int32)[5, 3] ^= 1
    with pytest.raises(Damaged, match="not the frozen ones any more"):
        talk.check()


def test_the_same_seed_gives_the_same_answer(run: RunFolder) -> None:
    def said(**drawing: float) -> str:
        return "".join(session(run, "tuned").reply("Who won?", Drawing(**drawing)))  # type: ignore[arg-type]

    drawn = [said(temperature=1.5, seed=seed) for seed in (0, 0, 1, 2)]
    assert drawn[0] == drawn[1] and len(set(drawn)) > 1
    assert said(temperature=1.5, top_p=1e-6, seed=3) == said()  # of one token, the likeliest is drawn


def test_an_answer_that_is_stopped_is_remembered_as_far_as_it_came(run: RunFolder) -> None:
    talk = session(run, "tuned")
    whole = list(session(run, "tuned").reply("Who won?"))
    reply = talk.reply("Who won?")
    first = [next(reply), next(reply)]
    reply.close()
    assert first == whole[:2] and talk.turns == [("Who won?", "".join(first))]
    talk.forget()
    assert talk.turns == []


def test_pieces_are_whole_characters(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    talk: ChatSession = session(run, "tuned")
    tokens = [talk.tokenizer.encode(bytes([b]))[0] for b in "aß東b".encode()]
    tokens.append(talk.tokenizer.encode(b"\xe6")[0])  # the answer is cut within a character

    def scripted(*_: object, **__: object) -> Iterator[int]:
        return iter(tokens)

    monkeypatch.setattr(chat, "stream", scripted)
    assert list(talk.reply("?")) == ["a", "ß", "東", "b", "\N{REPLACEMENT CHARACTER}"]


def test_chooses_the_latest_weights(run: RunFolder) -> None:
    assert choose(run, None) == "tuned"
    assert choose(run, "base") == "base"
    with pytest.raises(UserError, match=r"aligned.*base, tuned"):
        choose(run, "aligned")
    for weights in ("base", "tuned"):
        run.weights(weights).unlink()
    with pytest.raises(UserError, match="no weights yet"):
        choose(run, None)


def test_a_changed_file_is_refused(run: RunFolder) -> None:
    content = bytearray(run.weights("tuned").read_bytes())
    content[-1] ^= 1
    run.weights("tuned").write_bytes(content)
    with pytest.raises(UserError, match="changed"):
        session(run, "tuned")
