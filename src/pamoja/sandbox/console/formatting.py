"""Shows text as WhatsApp does: *bold*, _italic_, ~struck~, `code`, ```blocks```, lists, quotes and links."""

import re

from markupsafe import Markup, escape

_BLOCK = re.compile(r"```(.+?)```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
# A mark hugs its text and stands at the edge of a word.
_MARKS = tuple(
    (
        re.compile(
            rf"(?<![\w{re.escape(mark)}]){re.escape(mark)}(?=\S)([^\n{re.escape(mark)}]*?\S){re.escape(mark)}(?![\w])"
        ),
        tag,
    )
    for mark, tag in (("*", "b"), ("_", "i"), ("~", "s"))
)
_LINK = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?)\]]")
_KEPT = "\x00{}\x00"


def whatsapp(text: str) -> Markup:
    """The text as HTML; everything people wrote is escaped."""
    kept: list[str] = []

    def keep(html: str) -> str:
        kept.append(html)
        return _KEPT.format(len(kept) - 1)

    text = text.replace("\x00", "")
    text = _BLOCK.sub(lambda found: keep(f"<code class=block>{escape(found[1].strip(chr(10)))}</code>"), text)
    text = _CODE.sub(lambda found: keep(f"<code>{escape(found[1])}</code>"), text)
    text = _LINK.sub(
        lambda found: keep(f'<a href="{escape(found[0])}" rel="noreferrer" target="_blank">{escape(found[0])}</a>'),
        text,
    )
    html = "".join(_line(line) for line in text.split("\n"))
    for number, part in enumerate(kept):
        html = html.replace(_KEPT.format(number), part)
    return Markup(html)  # noqa: S704 - escaped line by line above


def _line(line: str) -> str:
    if quoted := re.match(r"> (.+)", line):
        return f"<span class=quote>{_words(quoted[1])}</span>"
    if item := re.match(r"[-*] (.+)", line):
        return f"<span class=item>{_words(item[1])}</span>"
    if numbered := re.match(r"(\d{1,3}\.) (.+)", line):
        return f"<span class=item data-n={numbered[1]}>{_words(numbered[2])}</span>"
    return f"<span class=words>{_words(line) or '<br>'}</span>"


def _words(line: str) -> str:
    html = str(escape(line))
    for form, tag in _MARKS:
        html = form.sub(rf"<{tag}>\1</{tag}>", html)
    return html
