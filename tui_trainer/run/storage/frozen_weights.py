"""A run's frozen weights, held against what its log says of them: another file in their place is refused."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tui_trainer.errors import Damaged, UserError, foreign
from tui_trainer.files import open_own, sha256_of
from tui_trainer.messages.events import WeightsFrozen, WeightsName
from tui_trainer.run.storage import history
from tui_trainer.run.storage.folder import RunFolder

if TYPE_CHECKING:  # they bring torch, which whoever only copies files does without
    from tui_trainer.corpus.tokenizer import Tokenizer
    from tui_trainer.model.transformer import Transformer


def load(folder: RunFolder, weights: WeightsName) -> "Transformer":
    """The model with these weights.

    Raises:
        UserError: the file is missing or damaged, or holds other weights than the log names.
    """
    from tui_trainer.model.checkpoint import load_model
    from tui_trainer.model.weights_hash import weights_sha256

    path, told = folder.weights(weights), history.frozen(folder).get(weights)
    if told is None:
        raise UserError(f"the log of run {folder.id} names no {weights} weights: {path.name} is not its own")
    _check(folder, told, path)
    model = load_model(path)
    if weights_sha256(model) != told.sha256:
        raise _others(folder, told)
    own, shape = folder.plan.settings.model, model.shape
    if not told.file_sha256 and (shape.heads, shape.context) != (own.heads, own.context):
        raise _others(folder, told)  # what no hash in an older log covers
    return model


def fit(folder: RunFolder, model: "Transformer", tokenizer: "Tokenizer") -> None:
    """Raises `UserError` where the run's tokenizer is not the one that the model was trained with."""
    if tokenizer.size != model.shape.vocabulary:
        raise UserError(
            f"the tokenizer of run {folder.id} has {tokenizer.size:,} tokens and its model was trained with "
            f"{model.shape.vocabulary:,}: one of the two is another run's"
        )


def copy(source: RunFolder, told: WeightsFrozen, target: Path) -> None:
    """Copy a run's weights to another's folder. Raises `UserError` where they are not those of its log."""
    path = source.weights(told.weights)
    with foreign(f"the {told.weights} weights of run {source.id} can't be taken over"):
        with open(open_own(path), "rb") as theirs, open(target, "wb") as ours:
            shutil.copyfileobj(theirs, ours)
        _check(source, told, target)


def _check(folder: RunFolder, told: WeightsFrozen, path: Path) -> None:
    with foreign(f"the {told.weights} weights of run {folder.id} can't be read"):
        if told.file_sha256 not in ("", sha256_of(path)):
            raise _others(folder, told)


def _others(folder: RunFolder, told: WeightsFrozen) -> Damaged:
    return Damaged(
        f"the {told.weights} weights in {folder.id} are not those that its log names (SHA-256 "
        f"{told.sha256[:12]}): the file was changed or is damaged; `tui-trainer resume {folder.id} "
        "--start-over` makes them again"
    )
