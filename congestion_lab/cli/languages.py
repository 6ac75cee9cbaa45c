"""Options for what people read: the language of a page and the digits in it."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

BOTH = "both"
_LANGUAGES = ("en", "ar")  # as in reporting.translation, which a help text is not to load
_NUMERALS = ("latin", "arabic")
_KEY = "congestion_lab.speech"


def lang_option(*more: str, **settings: Any) -> Callable[[F], F]:  # noqa: ANN401 -- handed to click as they are
    """`--lang`: the language of what is written."""
    return click.option(
        "--lang",
        type=click.Choice([*_LANGUAGES, *more]),
        default=_LANGUAGES[0],
        show_default=True,
        **{"help": "Language of the page: English, or Arabic" + (", or a page in each." if more else ".")} | settings,
    )


def numerals_option(**settings: Any) -> Callable[[F], F]:  # noqa: ANN401 -- handed to click as they are
    """`--numerals`: the digits of what is written."""
    return click.option(
        "--numerals",
        type=click.Choice(_NUMERALS),
        default=_NUMERALS[0],
        show_default=True,
        help="Digits of the page: 0123456789, or ٠١٢٣٤٥٦٧٨٩.",
        **settings,
    )


def language_options(function: F) -> F:
    """`--lang` and `--numerals` of a command that writes one page: it speaks so as long as it runs."""

    def speak(ctx: click.Context, param: click.Parameter, value: str) -> None:
        from congestion_lab.reporting.translation import speaking

        wishes = ctx.meta.setdefault(_KEY, {})
        wishes[param.name] = value
        ctx.with_resource(speaking(wishes.get("lang", _LANGUAGES[0]), numerals=wishes.get("numerals", _NUMERALS[0])))

    settings = {"expose_value": False, "callback": speak}
    return lang_option(**settings)(numerals_option(**settings)(function))
