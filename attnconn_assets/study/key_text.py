"""The keys of study files as text for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator

from attnconn_assets.study.keys import Key, Section, sections
from attnconn_core.errors import ParameterError
from attnconn_core.wording import meant

__all__ = ["keys_text"]

_WIDTH = 96
_INDENT = " " * 6
_HEADINGS = {
    "study": "Every study",
    "source": "source: {}",
    "group": "{}:",
    "score": "scores: {}",
    "experiment": "Experiment files, {}",
}


def keys_text(word: str | None = None) -> str:
    """Return the keys with their values, defaults and meanings.

    Parameters
    ----------
    word
        A key, a group of keys, or a source; None for all.

    Raises
    ------
    ParameterError
        If there is no such key, group or source.
    """
    every = list(sections())
    chosen = every if word is None else list(_chosen(every, word))
    if not chosen:
        known = {section.name for section in every} | {k.name for s in every for k in s.keys}
        hint = meant(str(word), sorted(known), "; `attnconn keys` lists all")
        raise ParameterError(
            f"what to describe must be a key, a group of keys or a source; got {word}{hint}"
        )
    return "\n\n".join(_text(section) for section in chosen)


def _chosen(every: Iterable[Section], word: str) -> Iterator[Section]:
    """Yield the sections of this name; of the others what they have of a key of this name."""
    for section in every:
        keys = tuple(key for key in section.keys if key.name == word)
        if section.name == word:
            yield section
        elif keys:
            yield Section(section.part, section.name, section.summary, keys, section.definitions)


def _text(section: Section) -> str:
    heading = _HEADINGS[section.part].format(section.name)
    return "\n".join([heading, section.summary, *map(_of_key, section.keys)])


def _of_key(key: Key) -> str:
    default = "required" if key.is_required else key.default and f"default {key.default}"
    facts = "; ".join(filter(None, [key.value.replace("`", ""), default]))
    meaning = key.meaning.replace("``", "").replace("`", "")
    description = textwrap.fill(meaning, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
    return f"  {key.name} ({facts})\n{description}"
