"""Sentences for people, by code and language: one catalogue file for each language in ``words/``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from dispatch_engine.model.files import read_document

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT_LANGUAGE: Language = "en"

_FOLDER = Path(__file__).with_name("words")


def say(language: Language, code: str, **values: Any) -> str:
    """The sentence of ``code`` with ``values`` filled in.

    An entry of the catalogue is a text, or an object with the texts ``one`` and ``many``: then ``count`` among
    the values chooses. A value that is a list is joined as the language does it.

    Raises
    ------
    KeyError : the catalogue has no such code, or its text asks for a value that is not given.
    """
    entry = catalogue(language)[code]
    if not isinstance(entry, str):
        entry = entry["one" if values["count"] == 1 else "many"]
    return entry.format_map({name: _told(language, value) for name, value in values.items()})


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: Language) -> Mapping[str, str | Mapping[str, str]]:
    """All entries of one language, by code."""
    entries = read_document(_FOLDER / f"{language}.yaml")
    assert isinstance(entries, dict)
    return entries


def _told(language: Language, value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return str(catalogue(language)["list.separator"]).join(map(str, value))
