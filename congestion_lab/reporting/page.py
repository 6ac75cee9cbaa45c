"""From sections to one HTML file that opens without a network."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from typing import Any

import jinja2
from markupsafe import Markup

from congestion_lab.core.names import clean_name
from congestion_lab.reporting import translation
from congestion_lab.reporting.scales import NO_DATA, PALETTES, Scale
from congestion_lab.reporting.wording import number, percent, signed

_JSON_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_STATED_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')
_HEAD_LETTERS = 2000  # within which the policy stands
_SCRIPTS = ("data.js", "playback.js", "maplayers.js", "maps.js", "page.js")  # `maps` takes up what those before it made
_LIVE_SCRIPT = "live.js"
_STYLES = ("style.css", "sections.css", "judged.css")


def rendered(
    template: str, content: Mapping[str, Any], page_data: Mapping[str, Any], *, is_served: bool = False
) -> str:
    """Return the page of a template, with styles and scripts inside.

    Args:
        template: Name of the template.
        content: What it shows.
        page_data: What its script reads; escaped so that no text in it can end the script.
        is_served: Whether the page comes from our server, which its script may then ask for news.
    """
    surroundings = environment()
    scripts = (*_SCRIPTS, _LIVE_SCRIPT) if is_served else _SCRIPTS
    script = "".join(_source(surroundings, name) for name in scripts)
    shell = {
        "style": Markup(_styles(surroundings)),  # noqa: S704 -- ours
        "script": Markup(script),  # noqa: S704 -- ours
        "page_data": Markup(script_json(page_data)),  # noqa: S704 -- escaped
        "policy": _policy(script) + ("; connect-src 'self'" if is_served else ""),
        "language": translation.language(),
        "direction": translation.direction(),
        "numerals": translation.numerals(),
    }
    return surroundings.get_template(template).render(**content, **shell)


def _styles(surroundings: jinja2.Environment) -> str:
    return "".join([*(_source(surroundings, name) for name in _STYLES), *map(scale_style, PALETTES)])


def rendered_plain(template: str, content: Mapping[str, Any]) -> str:
    """Return the page of a template that needs no script: it opens without a network, and no script may run in it."""
    surroundings = environment()
    shell = {
        "style": Markup(_source(surroundings, "style.css")),  # noqa: S704 -- ours
        "policy": "default-src 'none'; style-src 'unsafe-inline'",
        "language": translation.language(),
        "direction": translation.direction(),
    }
    return surroundings.get_template(template).render(**content, **shell)


def rendered_part(template: str, content: Mapping[str, Any]) -> str:
    """Return a part of a page, to be put into one that is open."""
    return environment().get_template(template).render(**content)


def policy_of(page: str) -> str:
    """Return the content security policy that a page of ours states at its beginning, for a server to state it too.

    Raises:
        ValueError: It states none.
    """
    found = _STATED_POLICY.search(page, 0, _HEAD_LETTERS)
    if found is None:
        raise ValueError("the page states no content security policy")
    return html.unescape(found[1])


def script_json(value: object) -> str:
    """Return JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return "".join(_JSON_ESCAPES.get(char, char) for char in text)


def scale_style(scale: Scale) -> str:
    """Return the CSS of a scale's classes: lines on maps and bars in legends."""
    tones = ((each.key, f"light-dark({each.light}, {each.dark})") for each in scale.classes)
    return "".join(f".map .{key} {{ stroke: {tone} }} .legend i.{key} {{ background: {tone} }} " for key, tone in tones)


def environment() -> jinja2.Environment:
    """Return where templates are found and how they are filled in: everything escaped, nothing missing."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("congestion_lab.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"_": translation._, "plural": translation.plural, "arrow": translation.arrow, "none_key": NO_DATA}
    made.filters |= {
        "clean": clean_name,
        "isolated": translation.isolated,
        "number": number,
        "signed": signed,
        "percent": percent,
    }
    return made


def _source(surroundings: jinja2.Environment, name: str) -> str:
    loader = surroundings.loader
    if loader is None:
        raise jinja2.TemplateNotFound(name)
    return loader.get_source(surroundings, name)[0]


def _policy(script: str) -> str:
    """Return a content security policy under which this script runs, no other, and nothing is fetched."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data: blob:"
