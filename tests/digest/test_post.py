"""Mail, against a real SMTP server with TLS and login, and servers that fail halfway."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from synesthete.digest.post import Postman, Refused
from synesthete.errors import ServiceError, SettingsError

trustme = pytest.importorskip("trustme")


class Box:
    """What arrived; `answers` are given to DATA in turn before it says yes."""

    def __init__(self, *answers: str):
        self.answers, self.mails = list(answers), []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answers:
            answer = self.answers.pop(0)
            if answer == "hang up":
                server.transport.abort()
                return "451 gone"
            return answer
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def serve(authority) -> Iterator[Callable[..., tuple[str, Box, ssl.SSLContext]]]:
    running: list[Controller] = []
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(server_context)
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)

    def check(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ana@x", b"p@ss/word")
        return AuthResult(success=good, handled=good)

    def start(*answers: str, kind: str = "starttls") -> tuple[str, Box, ssl.SSLContext]:
        box = Box(*answers)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            common = {"hostname": "127.0.0.1", "port": free.getsockname()[1]}
        if kind == "starttls":
            controller = Controller(box, **common, tls_context=server_context, require_starttls=True,
                                    authenticator=check, auth_required=True)  # fmt: skip
        elif kind == "smtps":
            controller = Controller(box, **common, ssl_context=server_context, authenticator=check,
                                    auth_require_tls=False, auth_required=True)  # fmt: skip
        else:
            controller = Controller(box, **common)
        controller.start()
        running.append(controller)
        return f"127.0.0.1:{common['port']}", box, client_context

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def mail() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = (
        "Grüße",
        "Synesthete <letters@example.org>",
        "Ana <ana@example.org>",
    )
    mail.set_content("Blue in Green, by Bill Evans ☂")
    return mail


@pytest.mark.parametrize(("scheme", "kind"), [("smtp", "starttls"), ("smtps", "smtps")])
def test_a_mail_arrives_over_tls_with_login(serve, mail, scheme: str, kind: str):
    address, box, context = serve(kind=kind)
    Postman(f"{scheme}://ana%40x:p%40ss%2Fword@{address}", context).send(mail)
    (arrived,) = box.mails
    assert "☂" in arrived.get_payload(decode=True).decode()


def test_the_address_to_unsubscribe_at_arrives_as_an_address(serve, mail):
    url = "https://music.example.org/letters/say/" + "WyJ1bnN1YnNjcmliZSIsMSxudWxsLCIiXQ." * 3 + "_7dhpI3L"
    mail["List-Unsubscribe"] = f"<{url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    address, box, context = serve(kind="bare")
    Postman(f"smtp://{address}?tls=none", context).send(mail)
    (arrived,) = box.mails
    assert arrived["List-Unsubscribe"] == f"<{url}>", "neither encoded nor in pieces"
    assert arrived["Subject"] == "=?utf-8?q?Gr=C3=BC=C3=9Fe?="


def test_a_wrong_password_is_said_and_nothing_arrives(serve, mail):
    address, box, context = serve()
    with pytest.raises(Refused, match="login"):
        Postman(f"smtp://ana%40x:wrong@{address}", context).send(mail)
    assert not box.mails


def test_a_certificate_nobody_vouches_for_is_refused(serve, mail):
    address, box, _ = serve()
    with pytest.raises(ServiceError, match="cannot be used"):
        Postman(f"smtp://ana%40x:p%40ss%2Fword@{address}").send(mail)
    assert not box.mails


def test_a_password_never_goes_over_a_bare_line(serve, mail):
    address, box, _ = serve(kind="bare")
    with pytest.raises(ServiceError, match="no encryption"):
        Postman(f"smtp://ana:word@{address}").send(mail)
    Postman(f"smtp://{address}").send(mail)
    assert len(box.mails) == 1


@pytest.mark.parametrize(("answer", "forever"), [("451 4.3.0 later", False), ("554 5.7.1 no", True)])
def test_refusals_say_whether_to_come_back(serve, mail, answer: str, forever: bool):
    address, box, _ = serve(answer, kind="bare")
    with pytest.raises(Refused) as refusal:
        Postman(f"smtp://{address}").send(mail)
    assert refusal.value.forever is forever
    assert not box.mails


def test_an_unknown_mailbox_is_refused_before_handing_begins(serve, mail):
    address, _, _ = serve(kind="bare")
    steps: list[str] = []
    mail.replace_header("To", "nobody@example.org")
    with pytest.raises(Refused) as refusal:
        Postman(f"smtp://{address}").send(mail, lambda: steps.append("handing"))
    assert refusal.value.forever and not steps


def test_a_server_that_hangs_up_halfway_is_a_reason_to_try_later(serve, mail):
    address, _, _ = serve("hang up", kind="bare")
    steps: list[str] = []
    with pytest.raises(ServiceError, match="cannot be used"):
        Postman(f"smtp://{address}").send(mail, lambda: steps.append("handing"))
    assert steps == ["handing"]


def test_no_server_at_all(mail):
    with pytest.raises(ServiceError, match="tried again"):
        Postman("smtp://127.0.0.1:9").send(mail)


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://mail.example.org", "smtp://"])
def test_an_address_that_is_none_says_how_to_write_it(url: str):
    with pytest.raises(SettingsError, match="smtps://"):
        Postman(url)
