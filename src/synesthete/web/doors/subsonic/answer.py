"""The envelope of every Subsonic answer, as JSON, JSONP or XML, and the error codes of its contract.

An answer is written once, as the JSON form says it; XML is the same tree with single values as attributes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from fastapi import Response

from synesthete import __version__
from synesthete.errors import SynestheteError

VERSION = "1.16.1"
"""The protocol version we speak; clients above it still talk to us, as the contract says."""
CALLBACK = re.compile(r"^[A-Za-z_$][\w$.]{0,99}$")


class Code(IntEnum):
    """Error codes of the Subsonic and OpenSubsonic contracts."""

    FAILED = 0
    MISSING = 10
    WRONG_LOGIN = 40
    NO_TOKENS = 41
    CONFLICTING_LOGIN = 43
    WRONG_KEY = 44
    FORBIDDEN = 50
    NOT_FOUND = 70


class SubsonicError(SynestheteError):
    """A refusal in the contract's own words."""

    def __init__(self, code: Code, what: str):
        super().__init__(what)
        self.code = code


def answer(
    content: Mapping[str, Any], asked: Mapping[str, str], error: tuple[int, str] | None = None
) -> Response:
    """The response in the form that was asked for by `f`; errors have status 200 too, as the contract wants."""
    body: dict[str, Any] = {
        "status": "ok" if error is None else "failed",
        "version": VERSION,
        "type": "synesthete",
        "serverVersion": __version__,
        "openSubsonic": True,
        **content,
    }
    if error is not None:
        body["error"] = {"code": int(error[0]), "message": error[1]}
    form = asked.get("f", "xml")
    if form == "json":
        return Response(
            json.dumps({"subsonic-response": body}, ensure_ascii=False), media_type="application/json"
        )
    if form == "jsonp" and CALLBACK.match(asked.get("callback", "")):
        text = f"{asked['callback']}({json.dumps({'subsonic-response': body})});"
        return Response(text, media_type="text/javascript")
    xml = '<?xml version="1.0" encoding="UTF-8"?>\n' + _element("subsonic-response", body | {"xmlns": XMLNS})
    return Response(xml, media_type="text/xml; charset=utf-8")


XMLNS = "http://subsonic.org/restapi"
# XML 1.0 cannot hold these characters, not even escaped.
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _element(name: str, value: Any) -> str:
    """One element: single values become attributes, dicts and lists children, "value" the text."""
    if not isinstance(value, Mapping):
        return f"<{name}>{escape(_said(value))}</{name}>"
    attributes, children = [], []
    for key, item in value.items():
        if item is None:
            continue
        if isinstance(item, Mapping):
            children.append(_element(key, item))
        elif isinstance(item, list | tuple):
            children += [_element(key, one) for one in item]
        elif key == "value":
            children.append(escape(_said(item)))
        else:
            attributes.append(f" {key}={quoteattr(_said(item))}")
    inner = "".join(children)
    return f"<{name}{''.join(attributes)}>{inner}</{name}>" if inner else f"<{name}{''.join(attributes)}/>"


def _said(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return _UNSAYABLE.sub("\ufffd", text)
