"""A GPU for tests on machines that have none: its memory is the CPU's, its manners are CUDA's.

Tensors that were sent there, and all that is computed from them, count as elsewhere: an operation that mixes
them with the CPU's raises where CUDA's would, and `Tensor.device` says where they are. There is no float64,
as on an Apple GPU. What a GPU computes otherwise than a CPU, or later than it was asked to, does not show.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

HERE, ELSEWHERE = torch.device("cpu"), torch.device("cuda", 99)  # a GPU that no machine has

# Memory by its address, which is not given to another while a weak reference is held. It outlives a test as
# the product's caches do.
_elsewhere: dict[int, StorageWeakRef] = {}

# Of these a tensor without dimensions may be the CPU's, besides the pointwise ones: it is read as a number.
NUMBERS = ("index_put", "index_fill", "masked_fill", "fill")


@contextmanager
def pretend_device() -> Iterator[torch.device]:
    """Within, there is such a device; gives what `Tensor.to` and `device=` take for it."""
    with _Mixing(), _Moving():
        yield ELSEWHERE


def is_elsewhere(tensor: Tensor) -> bool:
    """Whether its memory counts as the device's."""
    return tensor.untyped_storage()._cdata in _elsewhere


def _put(tensor: Tensor, elsewhere: bool) -> Tensor:
    storage = tensor.untyped_storage()
    if elsewhere:
        if tensor.dtype == torch.float64:
            raise TypeError("there is no float64 elsewhere")
        _elsewhere.setdefault(storage._cdata, StorageWeakRef(storage))
    else:
        _elsewhere.pop(storage._cdata, None)
    return tensor


def _sent(tensor: Tensor, device: torch.device | None, dtype: torch.dtype | None = None) -> Tensor:
    """`Tensor.to`: a copy where the device is another one."""
    out = tensor if dtype is None else tensor.to(dtype)
    there = is_elsewhere(tensor) if device is None else device == ELSEWHERE
    return out if is_elsewhere(out) == there else _put(out.clone(), there)


class _Moving(TorchFunctionMode):
    """What is said of devices in Python, before torch looks for a GPU."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        if func == Tensor.device.__get__:  # type: ignore[attr-defined]  # a descriptor
            return ELSEWHERE if is_elsewhere(args[0]) else HERE
        if func in (Tensor.numpy, Tensor.__array__) and is_elsewhere(args[0]):
            raise TypeError("a tensor that is elsewhere can't be read as numpy's: use Tensor.cpu() first")
        if func == Tensor.cpu:
            return _sent(args[0], HERE)
        if func == Tensor.to:
            return _sent(args[0], *torch._C._nn._parse_to(*args[1:], **kwargs)[:2])
        device = kwargs.pop("device", None)
        out = func(*args, **kwargs)
        if device is not None:
            there = torch.device(device) == ELSEWHERE
            if there and isinstance(kwargs.get("generator"), torch.Generator):
                raise RuntimeError("a generator of the CPU can't draw what is elsewhere")
            _put(out, there)
        return out


class _Mixing(TorchDispatchMode):
    """Every operation, those of backward passes included."""

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::").rstrip("_")
        given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor | torch.Generator)]
        tensors = [leaf for leaf in given if isinstance(leaf, Tensor)]
        there = any(map(is_elsewhere, tensors))
        if not there or name == "copy":
            return func(*args, **kwargs)
        if len(given) > len(tensors):
            raise RuntimeError(f"{name}: a generator of the CPU can't draw what is elsewhere")
        if name in ("index", "index_put") and is_elsewhere(args[0]):  # by indices from anywhere
            tensors = [args[0], *args[2:3]]
        numbers = torch.Tag.pointwise in func.tags or name in NUMBERS
        written = [
            kwargs.get(argument.name, args[at] if at < len(args) else None)
            for at, argument in enumerate(func._schema.arguments)
            if argument.alias_info is not None and argument.alias_info.is_write
        ]
        for tensor in tensors:
            if is_elsewhere(tensor):
                continue
            if tensor.dim() or not numbers or any(tensor is out for out in tree_leaves(written)):
                raise RuntimeError(
                    f"{name}: a tensor {tuple(tensor.shape)} of the CPU among tensors that are elsewhere"
                )
        out = func(*args, **kwargs)
        for leaf in tree_leaves(out):
            if isinstance(leaf, Tensor):
                _put(leaf, True)
        return out
