"""How a model that was never tuned is asked: as fairly as can be, by examples in front of the question."""

from collections.abc import Sequence

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Pair, Question
from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.answering import likeliest
from tui_trainer.model.transformer import Transformer

EXAMPLES = 3
LONGEST_EXAMPLE = 90  # characters of question and answer


def by_example(
    model: Transformer,
    corpus: Corpus,
    questions: Sequence[Question],
    kinds: Sequence[str],
    longest: int,
    seed: int,
) -> list[str]:
    """The likeliest answer to each question behind a few pairs of its kind, a line each; up to its end.

    Args:
        kinds: of each question, the kind of pair that shows what is wanted.
        longest: tokens an answer may take.
    """
    tokenizer = corpus.tokenizer
    room = model.shape.context - min(longest, model.shape.context // 2)
    by_kind: dict[str, list[Pair]] = {}
    for pair in corpus.pairs:
        if not pair.turns and len(pair.prompt) + len(pair.answer) <= LONGEST_EXAMPLE:
            by_kind.setdefault(pair.kind, []).append(pair)
    draw = rng(seed, "by example")
    prompts = []
    for question, kind in zip(questions, kinds, strict=True):
        shown = draw.sample(by_kind.get(kind, []), min(EXAMPLES, len(by_kind.get(kind, []))))
        while True:
            text = "".join(f"{pair.prompt} {pair.answer}\n" for pair in shown) + question.prompt
            ids = [tokenizer.document, *tokenizer.encode(text)]
            if len(ids) <= room or not shown:
                break
            shown = shown[1:]
        prompts.append(ids[-room:])
    rows = likeliest(model, prompts, longest, None, tokenizer.silent)
    return [tokenizer.decode(ids).strip().split("\n")[0] for ids in rows]
