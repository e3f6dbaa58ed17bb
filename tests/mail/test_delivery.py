"""Delivery with a real SMTP server: what is sent, refused, held back, and in doubt."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.sink import Sink
from core import clock, config
from core.database import commit, db
from mail import journal, registry
from mail.delivery import BATCH, journal_folder
from mail.models import OutboxMessage, Suppression
from mail.recipients import Facts, address_index
from mail.registry import message
from mail.transports.smtp import SmtpTransport, meaning
from tests.support.queries import recorded


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(keep=True) as running:
        yield running


def smtp(port: int, **changes) -> SmtpTransport:
    values = {"host": "127.0.0.1", "port": port, "user": "", "password": "", "tls": False, "connections": 3}
    return SmtpTransport(**(values | changes))


def queue(people, kinds, count, kind="news"):
    for number in range(count):
        people.add(str(number), Facts(("en", "cy", "ar")[number % 3], purposes=frozenset({"newsletter"})))
    kinds[kind].queue_many((number,) for number in range(count))
    commit()


def states() -> dict[str, int]:
    db.session.rollback()
    rows = db.session.execute(sa.select(OutboxMessage.state, sa.func.count()).group_by(OutboxMessage.state))
    return {str(state): count for state, count in rows}


def only() -> OutboxMessage:
    db.session.rollback()
    return db.session.scalars(sa.select(OutboxMessage).execution_options(populate_existing=True)).one()


class TestSend:
    def test_each_arrives_once_in_its_language(self, people, kinds, sink, make_post):
        queue(people, kinds, 30)
        make_post(smtp(sink.port)).send_all()
        assert states() == {"sent": 30}
        assert set(sink.received.values()) == {1}
        assert len(sink.received) == 30
        tongues = [line for m in sink.messages for line in m.content.split(b"\r\n\r\n")[0].split(b"\r\n")]
        assert tongues.count(b"Content-Language: ar") == 10

    def test_a_batch_costs_the_same_queries_whatever_its_size(self, people, kinds, sink, make_post):
        post = make_post(smtp(sink.port))
        counts = []
        for size in (5, 150):
            queue(people, kinds, size)
            db.session.execute(sa.update(OutboxMessage).values(campaign_key=f"size {size}"))
            commit()
            with recorded() as recorder:
                post.send_all()
            counts.append(recorder.count)
        assert counts[1] <= counts[0] + 1
        assert BATCH >= 150

    @pytest.mark.parametrize("pipelining", [True, False])
    def test_a_full_mailbox_fails_and_a_busy_one_is_tried_again(self, people, kinds, sink, make_post, pipelining):
        sink.pipelining = pipelining
        queue(people, kinds, 3)
        sink.refusals = {"p0@example.net": "552 5.2.2 Full", "p1@example.net": "450 4.2.1 Busy"}
        make_post(smtp(sink.port)).send_all()
        rows = db.session.execute(
            sa.select(OutboxMessage.recipient, OutboxMessage.state, OutboxMessage.failure).order_by(OutboxMessage.id)
        ).all()
        assert rows == [
            ("person:0", "failed", "mailbox_full"),
            ("person:1", "queued", "mailbox_busy"),
            ("person:2", "sent", None),
        ]

    def test_who_took_consent_back_in_the_meantime_gets_nothing(self, people, kinds, sink, make_post):
        queue(people, kinds, 4)
        people.facts_by_id["0"] = Facts("en")
        del people.address_by_id["1"]
        gone = address_index("p2@example.net")
        db.session.add(Suppression(address_index=gone, reason="hard", at=clock.now(), recipient="person:9"))
        commit()
        make_post(smtp(sink.port)).send_all()
        assert states() == {"skipped": 3, "sent": 1}
        reasons = set(db.session.scalars(sa.select(OutboxMessage.failure)))
        assert reasons == {"withdrawn", "no_address", "suppressed", None}

    def test_what_came_too_late_is_not_sent(self, people, kinds, sink, make_post):
        people.add("1")
        short = message("news", useful_for=dt.timedelta(minutes=15), sample=dict)(kinds["news"]._function)
        short(1)
        db.session.execute(sa.update(OutboxMessage).values(created_at=clock.now() - dt.timedelta(minutes=16)))
        commit()
        make_post(smtp(sink.port)).send_all()
        assert only().failure == "too_late"

    def test_a_campaign_paused_until_it_was_of_no_use_is_not_sent(self, people, kinds, sink, make_post):
        asked = []

        def over(keys):
            asked.append(sorted(keys))
            return [key for key in keys if key == "news:1"]

        news = message("news", over=over, sample=dict)(kinds["news"]._function)
        for number in ("1", "2"):
            people.add(number)
            news.queue_many([(int(number), key) for key in ("news:1", "news:2")])
        commit()
        make_post(smtp(sink.port)).send_all()
        found = db.session.execute(sa.select(OutboxMessage.campaign_key, OutboxMessage.state, OutboxMessage.failure))
        assert set(found) == {("news:1", "skipped", "too_late"), ("news:2", "sent", None)}
        assert asked == [["news:1", "news:2"]]

    def test_a_message_that_cannot_be_put_together_is_kept(self, people, kinds, sink, make_post, monkeypatch):
        queue(people, kinds, 1)
        kinds_without = {name: rules for name, rules in registry._kinds.items() if name != "news"}
        monkeypatch.setattr(registry, "_kinds", kinds_without)
        make_post(smtp(sink.port)).send_all()
        row = only()
        assert (row.state, row.failure) == ("queued", "unknown_kind")
        assert row.context is not None

    def test_a_refusal_does_not_spoil_the_session_for_the_next(self, people, kinds, make_post):
        """A server that takes commands together may wait for data although it refused the only recipient."""
        queue(people, kinds, 3)
        answers = {b"EHLO": b"250-here\r\n250 PIPELINING\r\n", b"RCPT": [b"550 5.1.1 nobody\r\n", b"250 ok\r\n"]}
        with ScriptedServer(answers) as server:
            make_post(smtp(server.port, connections=1)).send_all()
            assert server.contents[0] == b""
            assert [b"To: p" in content for content in server.contents[1:]] == [True, True]
        assert states() == {"failed": 1, "sent": 2}


class TestTransportDown:
    def test_nothing_counts_as_tried_while_the_server_is_away(self, people, kinds, make_post):
        queue(people, kinds, 5)
        with socket.socket() as nobody_listens:
            nobody_listens.bind(("127.0.0.1", 0))
            make_post(smtp(nobody_listens.getsockname()[1])).send_all()
        rows = db.session.execute(sa.select(OutboxMessage.state, OutboxMessage.attempts, OutboxMessage.failure))
        assert set(rows.all()) == {("queued", 0, "unreachable")}

    def test_a_refused_sender_holds_everything_back_instead_of_failing_it(self, people, kinds, make_post):
        queue(people, kinds, 2)
        with ScriptedServer({b"MAIL": b"550 5.7.1 go away\r\n"}) as server:
            make_post(smtp(server.port, connections=1)).send_all()
        assert states() == {"queued": 2}
        assert only_failures() == {"sender_refused"}

    def test_the_password_is_not_said_to_a_server_without_encryption(self, people, kinds, sink, make_post):
        queue(people, kinds, 1)
        make_post(smtp(sink.port, user="u", password="p")).send_all()
        assert only().failure == "not_encrypted"


def only_failures() -> set[str]:
    return set(db.session.scalars(sa.select(OutboxMessage.failure)))


class TestFateUnknown:
    def test_a_connection_that_breaks_after_the_data_leaves_it_uncertain(self, people, kinds, make_post):
        queue(people, kinds, 1)
        with ScriptedServer({b".": None}) as server:
            post = make_post(smtp(server.port, connections=1))
            post.send_all()
            post.send_all()
        row = only()
        assert (row.state, row.failure, row.attempts) == ("uncertain", "no_reply", 1)
        assert row.context is not None

    def test_one_that_breaks_before_the_data_is_simply_tried_again(self, people, kinds, make_post):
        queue(people, kinds, 1)
        with ScriptedServer({b"DATA": None}) as server:
            make_post(smtp(server.port, connections=1)).send_all()
        assert states() == {"queued": 1}

    def test_a_session_the_server_ended_is_begun_again(self, people, kinds, make_post):
        queue(people, kinds, 4)
        with ScriptedServer({}, hang_up_after=2) as server:
            make_post(smtp(server.port, connections=1)).send_all()
            assert server.accepted == 4
        assert states() == {"sent": 4}


class TestStartTls:
    def test_messages_go_encrypted(self, people, kinds, make_post, tmp_path, monkeypatch):
        context, authority = certificate(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        queue(people, kinds, 3)
        with Sink(tls=context, keep=True) as sink:
            make_post(smtp(sink.port)).send_all()
            assert sink.encrypted == [True] * 3
        assert states() == {"sent": 3}

    def test_a_server_that_is_not_who_it_says_gets_nothing(self, people, kinds, make_post, tmp_path):
        context, _ = certificate(tmp_path)
        queue(people, kinds, 1)
        with Sink(tls=context) as sink:
            make_post(smtp(sink.port)).send_all()
            assert not sink.received
        assert states() == {"queued": 1}


class TestTwoWorkers:
    def test_share_the_work_and_double_nothing(self, app, people, kinds, sink, make_post):
        queue(people, kinds, 900)
        posts = [make_post(smtp(sink.port)) for _ in range(2)]

        def work(post) -> None:
            with app.app_context():
                post.send_all()

        threads = [threading.Thread(target=work, args=(post,)) for post in posts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert states() == {"sent": 900}
        assert len(sink.received) == 900
        assert set(sink.received.values()) == {1}


class TestStop:
    def test_what_was_not_begun_goes_back_untried(self, people, kinds, sink, make_post):
        queue(people, kinds, 50)
        post = make_post(smtp(sink.port))
        post.stop.set()
        post.post.portion(post.stop)
        assert states() == {"queued": 50}
        assert set(db.session.scalars(sa.select(OutboxMessage.attempts))) == {0}
        assert not sink.received

    def test_an_error_in_the_middle_is_settled_from_the_journal(self, people, kinds, sink, make_post, monkeypatch):
        queue(people, kinds, 6)
        post = make_post(smtp(sink.port))
        with monkeypatch.context() as patch:
            patch.setattr("mail.claiming.record", broken)
            with pytest.raises(DiskFullError):
                post.send_all()
        assert states() == {"sending": 6}
        post.send_all()
        assert states() == {"sent": 6}
        assert set(sink.received.values()) == {1}
        assert journal.dead_runs(journal_folder(config.settings())) == []


class DiskFullError(Exception):
    """Something nobody foresaw."""


def broken(*_) -> None:
    raise DiskFullError


class TestMeaning:
    @pytest.mark.parametrize(
        ("code", "text", "wanted"),
        [
            (550, b"5.1.1 User unknown", "no_such_address"),
            (550, b"No such user", "no_such_address"),
            (550, b"5.7.1 Message rejected", "refused_by_policy"),
            (552, b"5.2.2 Quota", "mailbox_full"),
            (554, b"Transaction failed", "refused"),
            (451, b"4.3.0 Later", "server_busy"),
            (450, b"4.2.0 Greylisted", "mailbox_busy"),
            (499, b"", "temporary"),
        ],
    )
    def test_sorts_answers(self, code, text, wanted):
        assert meaning(code, text) == wanted


Answer = bytes | None


class ScriptedServer:
    """A server that misbehaves as told: `answers` by command, None to break the connection there.

    Of a list of answers the last one is said again and again.
    """

    def __init__(self, answers: dict[bytes, Answer | list[Answer]], hang_up_after: int = 10**9) -> None:
        self._answers = answers
        self._hang_up_after = hang_up_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.accepted = 0
        self.contents: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A blocked accept() is woken by a last connection.
        self._hang_up_after = -1
        with socket.create_connection(("127.0.0.1", self.port)):
            self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while self._hang_up_after >= 0:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(ConnectionError):
                self._session(connection)

    def _session(self, connection: socket.socket) -> None:
        connection.sendall(b"220 here\r\n")
        in_data, taken, content = False, 0, b""
        for line in connection.makefile("rb"):
            if in_data and line != b".\r\n":
                content += line
                continue
            command = line.split()[0].split(b":")[0].upper()
            answer = self._answers.get(command, b"354 go on\r\n" if command == b"DATA" else b"250 ok\r\n")
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if answer is None or taken >= self._hang_up_after:
                return
            if command == b".":
                self.accepted += 1
                taken += 1
                self.contents.append(content)
                content = b""
            in_data = command == b"DATA" and answer.startswith(b"354")
            connection.sendall(answer)
            if command == b"QUIT":
                return


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a server's context for 127.0.0.1 and the file of the authority to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "server.pem", folder / "server.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context, pem
