"""Sixty strings that want to be more than text, and a reader of pages that tells whether one of them became it.

Each carries `xq`: as the name of an element or attribute, as the start of an address, as a call. Where people's words are only text, no
element, attribute, address, script or style of a page has it.
"""

import json
from html.parser import HTMLParser

STRINGS = (
    "<script>xq()</script>", "<script src=xq></script>", "</script><script>xq()</script>", "<scr<script>ipt>xq()</script>",
    "<SCRIPT>xq()</SCRIPT >", "<script\n>xq()</script\n>", "<svg><script>xq()</script></svg>", "<img src=xq onerror=xq()>",
    "<img src=xq onerror=xq()//", "<img/src=xq/onerror=xq()>", "<img src=`xq` onerror=xq()>", '"><img src=xq onerror=xq()>',
    "'><img src=xq onerror=xq()>", "<svg onload=xq()>", "<svg/onload=xq()>", "<body onload=xq()>", "<b onmouseover=xq()>xq</b>",
    "<input autofocus onfocus=xq()>", '" autofocus onfocus=xq() x="', "' autofocus onfocus=xq() x='", " onfocus=xq() autofocus ",
    "<details open ontoggle=xq()>", "<video><source onerror=xq()>", "<audio src=xq onerror=xq()>", "<marquee onstart=xq()>",
    "<a href=javascript:xq()>xq</a>", "<a href='java\tscript:xq()'>xq</a>", "<a href=JaVaScRiPt:xq()>xq</a>", "javascript:xq()",
    "data:text/html,<script>xq()</script>", "vbscript:xq()", "//xq.example/x", "<iframe src=xq></iframe>",
    "<iframe srcdoc='<script>xq()</script>'>", "<object data=xq></object>", "<embed src=xq>", "<base href=xq>",
    "<link href=xq rel=stylesheet>",
    "<meta http-equiv=refresh content='0;url=xq'>", "<style>@import 'xq'</style>", "<b style=background:url(xq)>", "</style><b xq>",
    "<form action=xq><button>xq", "<button formaction=javascript:xq()>xq", "</form><form action=xq>", "</textarea><b xq>", "</title><b xq>",
    "</option></select><b xq>", "--><b xq>", "<!--<img src='--><b xq>'>", "]]><b xq>", "</template><b xq>", "<b xq", "<xq-x xq>",
    "<div hx-get=xq hx-trigger=load>", "<b data-hx-on:load=xq()>", "<template shadowrootmode=open xq>", "<math><mi xlink:href=xq>",
    "<noscript><p title='</noscript><b xq>'>", "{{constructor.constructor('xq()')()}}", "${xq()}", "<%= xq() %>", "{% raw %}<b xq>",
    "'-xq()-'", "\";xq();//", "\\\";xq();//", "\\u003cb xq\\u003e", "&lt;b xq&gt;<b xq>", "%3Cb xq%3E", "＜b xq＞", "<\0b xq>",
    "<b\u2028xq>",
    "\u202e<b xq>", "<b xq>" * 8, "*/xq();/*",
)  # fmt: skip
LEADS = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "srcset",
    "content",
    "xlink:href",
    "hx-get",
    "hx-post",
    "background",
    "ping",
}
NEVER = {"style", "srcdoc", "xmlns", "shadowrootmode"}
SCHEMES = ("javascript:", "vbscript:", "data:text", "xq", "//xq", "0;url=xq")


class Reader(HTMLParser):
    """Reads a page as a browser would, and notes in `found` what came from the strings."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.seen = 0
        self._inside = ""
        self._kind = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element: its name, its attributes' names, and where it leads."""
        if "xq" in tag:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            said = "".join((value or "").split()).lower().replace("\0", "")
            leads = name in LEADS and said.startswith(SCHEMES) and not _is_word(tag, name, dict(attrs))
            if "xq" in name or name.startswith(("on", "hx-on", "data-hx")) or name in NEVER - {"xmlns"} or leads:
                self.found.append(f"<{tag} {name}={value!r}>")
            self.seen += "xq" in (value or "")
        if tag in {"script", "style"}:
            self._inside, self._kind = tag, dict(attrs).get("type") or ""

    def handle_endtag(self, tag: str) -> None:
        """Out of a script again."""
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """Text is what it should be, but for scripts and styles; data for scripts must be whole."""
        self.seen += "xq" in data
        if self._inside and "xq" in data:
            if self._kind != "application/json":
                self.found.append(f"{self._inside}: {data[:80]}")
            else:
                json.loads(data)

    def handle_comment(self, data: str) -> None:
        """Nobody's words stand in comments."""
        if "xq" in data:
            self.found.append(f"<!--{data[:80]}")


def _is_word(tag: str, name: str, attrs: dict[str, str | None]) -> bool:
    """`content` is an address only where the page is sent on."""
    return tag == "meta" and name == "content" and (attrs.get("http-equiv") or "").lower() != "refresh"


def became(page: str) -> tuple[list[str], int]:
    """What of the strings became more than text on this page; and how often they stand there as text."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.found, reader.seen


class Forms(HTMLParser):
    """The forms of a page: where each is sent, its fields as they stand, and which of them one can type words into."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: tuple[str, dict[str, str], list[str]] | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form, or a field in one."""
        said = {name: value or "" for name, value in attrs}
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag == "form" and said.get("method", "").lower() == "post":
            self._open = (said.get("action", ""), {}, [])
            self.forms.append(self._open)
        if self._open is None:
            return
        _action, fields, words = self._open
        if tag == "option" and self._select and (self._select not in fields or "selected" in said):
            fields[self._select] = said.get("value", "")
        if tag == "select":
            self._select = name
        if not name or name in {"csrf_token", "idempotency_key"}:
            return
        if tag == "textarea":
            self._area, fields[name] = name, ""
            words.append(name)
        elif tag == "input" and kind in {"text", "search", "url", "tel", "email"}:
            fields[name] = said.get("value", "")
            words.append(name)
        elif (
            tag == "input"
            and kind not in {"file", "submit", "image", "button"}
            and not (kind in {"radio", "checkbox"} and "checked" not in said)
        ):
            fields[name] = said.get("value", "on" if kind == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        """The form, the list or the area ends."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        """What stands in an area."""
        if self._open is not None and self._area:
            self._open[1][self._area] += data


def forms_of(page: str) -> list[tuple[str, dict[str, str], list[str]]]:
    """The forms of a page that are posted."""
    reader = Forms()
    reader.feed(page)
    return reader.forms
