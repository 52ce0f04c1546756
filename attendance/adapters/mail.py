"""Makes a mail of a message: text and HTML, pictures within, files attached, and the link that ends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from attendance.model import ABOUT_ACCOUNTS, Message, Picture
from attendance.words import Words

_SIDE_BY_SIDE = 2
_STYLE = """\
body{margin:0;padding:24px;background:#f5f6f8;color:#1b1f24;font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:600px;margin:0 auto;padding:24px;background:#fff;border-radius:12px}
h1{font-size:20px;line-height:1.3;margin:0 0 12px}
table{border-collapse:collapse;margin:16px 0}
th{text-align:left;font-weight:400;color:#57606a;padding:4px 16px 4px 0;vertical-align:top}
td{padding:4px 8px 4px 0;vertical-align:top}
img{max-width:100%;height:auto;border-radius:8px}
a.button{display:inline-block;padding:10px 16px;background:#1f5fbf;color:#fff;border-radius:8px;text-decoration:none}
footer{max-width:600px;margin:16px auto 0;color:#57606a;font-size:13px}
footer a{color:inherit}
@media (prefers-color-scheme:dark){
body{background:#101418;color:#e6e9ec}
main{background:#1a2027}
th,footer{color:#9aa4ae}
a.button{background:#8ab4f8;color:#0b1420}
}"""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom mails are from, and whether they may show faces."""

    address: str
    may_show_faces: bool


def mail_of(message: Message, sender: Sender, to: str, key: str, now: datetime) -> EmailMessage:
    """The same key makes the same Message-ID, by which a mailbox may know a mail that came twice."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender.address
    mail["To"] = to
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id(sender, key)
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        if message.unsubscribe_url.startswith("https:"):  # RFC 8058 allows nothing else
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    pictures = [one for one in message.pictures if sender.may_show_faces or not one.shows_a_face]
    mail.set_content(_text(message, pictures))
    mail.add_alternative(_html(message, pictures), subtype="html")
    (*_, page) = mail.iter_parts()
    assert isinstance(page, EmailMessage)
    for number, picture in enumerate(pictures):
        kind, _, subtype = picture.media_type.partition("/")
        page.add_related(picture.content, kind, subtype, cid=f"<picture{number}>", disposition="inline")
    for file in message.attachments:
        kind, _, subtype = file.media_type.partition(";")[0].partition("/")
        mail.add_attachment(file.content, kind, subtype, filename=file.name)
    return mail


def message_id(sender: Sender, key: str) -> str:
    """Of the mail with this key."""
    return f"<{key}@{parseaddr(sender.address)[1].rpartition('@')[2]}>"


def _words(message: Message) -> Words:
    return Words(message.language, message.timezone)


def _text(message: Message, pictures: Sequence[Picture]) -> str:
    return "\n".join(_text_lines(message, pictures)) + "\n"


def _text_lines(message: Message, pictures: Sequence[Picture]) -> Iterator[str]:
    _ = _words(message)
    for paragraph in message.paragraphs:
        yield paragraph
        yield ""
    yield from (f"{fact.label}: {fact.value}" for fact in message.facts)
    yield from (f"[{picture.alt}]" for picture in pictures)
    for link in message.links:
        yield ""
        yield f"{link.text}: {link.url}"
    yield ""
    yield "-- "
    yield _why(_, message)
    if message.unsubscribe_url:
        yield f"{_('No more mails of this kind')}: {message.unsubscribe_url}"


def _html(message: Message, pictures: Sequence[Picture]) -> str:
    _ = _words(message)
    ends = ""
    if message.unsubscribe_url:
        ends = f'<br><a href="{escape(message.unsubscribe_url)}">{escape(_("No more mails of this kind"))}</a>'
    return (
        f'<!doctype html><html lang="{escape(message.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f'<meta name="supported-color-schemes" content="light dark"><title>{escape(message.subject)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(message.subject)}</h1>"
        + "".join(f"<p>{escape(paragraph)}</p>" for paragraph in message.paragraphs)
        + _pictures_in_html(pictures)
        + _facts_in_html(message)
        + "".join(f'<p><a class="button" href="{escape(one.url)}">{escape(one.text)}</a></p>' for one in message.links)
        + f"</main><footer>{escape(_why(_, message))}{ends}</footer></body></html>"
    )


def _pictures_in_html(pictures: Sequence[Picture]) -> str:
    """Two beside each other, as the photo and the heat map of an alarm are."""
    if not pictures:
        return ""
    images = [f'<img src="cid:picture{number}" alt="{escape(one.alt)}">' for number, one in enumerate(pictures)]
    rows = [images[start : start + _SIDE_BY_SIDE] for start in range(0, len(images), _SIDE_BY_SIDE)]
    lines = ("<tr>" + "".join(f'<td width="50%">{image}</td>' for image in row) + "</tr>" for row in rows)
    return f'<table role="presentation">{"".join(lines)}</table>'


def _facts_in_html(message: Message) -> str:
    if not message.facts:
        return ""
    rows = (
        f'<tr><th scope="row">{escape(fact.label)}</th><td>{escape(fact.value)}</td></tr>' for fact in message.facts
    )
    return f"<table>{''.join(rows)}</table>"


def _why(words: Words, message: Message) -> str:
    _ = words
    if message.kind in ABOUT_ACCOUNTS:
        return _("You get this mail from Rollcall because it is about your own account.")
    return _("You get this mail from Rollcall because it was chosen for your account or for your course.")
