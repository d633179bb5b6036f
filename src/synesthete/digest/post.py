"""Handing one mail to a mail server, and knowing at which step it failed.

The server has the mail from the moment it answers the end of DATA. `handing` is called just before that
moment begins, so that the caller can write down that from now on nobody may send this letter again.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from synesthete.errors import ServiceError, SettingsError

TIMEOUT_S = 60
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class OnTheWire(EmailPolicy):
    """Mail as SMTP carries it, with the address to unsubscribe at in one plain line, however long.

    Python would fold a long word into encoded words (RFC 2047), which no mail program takes for an address.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as its bytes."""
        if name.lower() == "list-unsubscribe" and value.isascii():
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


class Refused(ServiceError):
    """The mail server will not take this mail now or ever; `forever` says which."""

    def __init__(self, what: str, *, forever: bool, subject: object = None, hint: str | None = None):
        super().__init__(what, subject=subject, hint=hint)
        self.forever = forever


class Postman:
    """A mail server by URL: smtp://user:password@host:587 (STARTTLS) or smtps://...:465.

    Without TLS it talks only to loopback, or where the URL ends in ?tls=none on purpose.
    """

    def __init__(self, url: str, context: ssl.SSLContext | None = None):
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingsError("the address of the mail server cannot be used", subject="SYNESTHETE_SMTP",
                                hint="Write smtp://user:password@host:587 or smtps://user:password@host:465.")  # fmt: skip
        self.host = parts.hostname
        self.wrapped = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.wrapped else 587)
        self.user = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password) if parts.password else ""
        self.bare = not self.wrapped and parse_qs(parts.query).get("tls") == ["none"]
        self.context = context or ssl.create_default_context()

    def send(self, mail: EmailMessage, handing: Callable[[], None] = lambda: None) -> None:
        """Hand the mail over. Raises Refused (say whether forever) or ServiceError (try later)."""
        sender, recipient = parseaddr(mail["From"])[1], parseaddr(mail["To"])[1]
        try:
            with self._connect() as server:
                self._expect(server.mail(sender), sender)
                self._expect(server.rcpt(recipient), recipient)
                content = mail.as_bytes(policy=OnTheWire(linesep="\r\n"))
                handing()
                self._expect(server.data(content), recipient)
        except smtplib.SMTPAuthenticationError as error:
            raise Refused(f"the mail server refused the login ({error.smtp_code})", forever=False, subject=self.host,
                          hint="Check user and password in SYNESTHETE_SMTP.") from error  # fmt: skip
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code, error.smtp_error, recipient) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ServiceError(f"the mail server cannot be used ({type(error).__name__}: {error})",
                               subject=f"{self.host}:{self.port}", hint="It is tried again later.") from error  # fmt: skip

    def _connect(self) -> smtplib.SMTP:
        if self.wrapped:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_S, context=self.context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        try:
            server.ehlo_or_helo_if_needed()
            if not self.wrapped and not self.bare:
                self._start_tls(server)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _start_tls(self, server: smtplib.SMTP) -> None:
        if server.has_extn("starttls"):
            server.starttls(context=self.context)
            server.ehlo()
        elif self.user or self.host not in LOOPBACK:
            raise ServiceError("the mail server offers no encryption", subject=f"{self.host}:{self.port}",
                               hint="Use smtps://, or add ?tls=none if you mean it.")  # fmt: skip

    def _expect(self, answer: tuple[int, bytes], about: str) -> None:
        code, said = answer
        if not 200 <= code < 300:
            raise self._refused(code, said, about)

    def _refused(self, code: int, said: bytes | str, about: str) -> Refused:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return Refused(
            f"the mail server answered {code} {words.strip()[:200]}", forever=500 <= code < 600, subject=about
        )
