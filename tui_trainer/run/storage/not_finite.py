"""Reading back numbers that were not finite: JSON has no NaN, so msgspec writes null."""

import types
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

T = TypeVar("T")


def convert_with_nan(value: Any, kind: type[T]) -> T:
    """Convert decoded JSON to a type, with NaN wherever null stands for a plain float.

    Raises:
        msgspec.ValidationError: it does not fit for another reason.
    """
    return msgspec.convert(_with_nan(value, kind), kind)


def _with_nan(value: Any, kind: Any) -> Any:
    if value is None:
        return float("nan") if kind is float else None
    if isinstance(value, dict):
        return _dict_with_nan(value, kind)
    if isinstance(value, list):
        kind = next((one for one in _arms(kind) if get_origin(one) in (list, tuple)), kind)
        kinds = [k for k in get_args(kind) if k is not Ellipsis]
        if len(kinds) == 1:
            kinds *= len(value)
        if len(kinds) == len(value):
            return [_with_nan(item, k) for item, k in zip(value, kinds, strict=True)]
    return value


def _dict_with_nan(value: dict[str, Any], kind: Any) -> dict[str, Any]:
    if mapping := next((one for one in _arms(kind) if get_origin(one) is dict), None):
        _, item = get_args(mapping)
        return {key: _with_nan(one, item) for key, one in value.items()}
    struct = _struct_for(value, kind)
    if struct is None:
        return value
    hints = _hints(struct)
    return {key: _with_nan(one, hints.get(key, object)) for key, one in value.items()}


def _struct_for(value: dict[str, Any], kind: Any) -> type[Struct] | None:
    """The Struct that this object is; of a tagged union, the one with its tag."""
    structs = [one for one in _arms(kind) if isinstance(one, type) and issubclass(one, Struct)]
    if len(structs) == 1:
        return structs[0]
    tagged = ((one, one.__struct_config__) for one in structs)
    return next((one for one, config in tagged if value.get(str(config.tag_field)) == config.tag), None)


def _arms(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


@cache
def _hints(struct: type[Struct]) -> dict[str, Any]:
    return get_type_hints(struct)
