"""Messages that came back."""

from __future__ import annotations

import sqlalchemy as sa

from core.database import commit, db
from mail import bounces, claiming, recipients, services, signals
from mail.bounces import Verdict
from mail.claiming import Outcome
from mail.models import MessageState, OutboxMessage, SoftBounce, Suppression
from mail.recipients import Facts

SECRET = "s" * 40


def report(message_id: str, status: str = "5.1.1", address: str = "p1@example.net") -> bytes:
    action = "failed" if status.startswith("5") else "delayed"
    return f"""From: MAILER-DAEMON@mx.example.net
To: panel@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <20260302.1@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="XX"

--XX
Content-Type: text/plain

Your message could not be delivered.

--XX
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--XX
Content-Type: text/rfc822-headers

From: panel@example.org
To: {address}
Message-ID: <{message_id}>

--XX--
""".encode()


def sent(people, kinds, count=1):
    for number in range(1, count + 1):
        people.add("1")
        kinds["notice"](1, f"notice:{number}")
    commit()
    rows = claiming.claim("run", count).rows
    index = recipients.address_index("p1@example.net")
    claiming.record("run", [Outcome(row.id, 1, MessageState.SENT, None, index) for row in rows])
    commit()
    return [row.message_id for row in rows]


def suppressions():
    return db.session.scalars(sa.select(Suppression)).all()


class TestTake:
    def test_one_for_good_suppresses_the_address_and_tells(self, people, kinds, monkeypatch):
        [message_id] = sent(people, kinds)
        people.add("9", Facts("cy"))
        monkeypatch.setattr(recipients, "_watchers", [lambda: ["person:9"]])
        heard = []

        def listen(sender, **what):
            heard.append(what)

        with signals.address_bounced.connected_to(listen):
            assert bounces.take(report(message_id)) == Verdict.HARD
            commit()
        assert heard == [{"recipient": "person:1", "kind": "notice", "reason": "hard"}]
        row = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.message_id == message_id)).one()
        assert (row.state, row.failure) == ("bounced", "no_such_address")
        assert kinds["notice"](1, "another") is None
        notice = db.session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "bounce_notice")).one()
        assert (notice.recipient, notice.language) == ("person:9", "cy")

    def test_the_same_report_twice_changes_nothing_more(self, people, kinds):
        [message_id] = sent(people, kinds)
        for _ in range(2):
            bounces.take(report(message_id))
            commit()
        assert len(suppressions()) == 1

    def test_it_settles_an_uncertain_one_for_it_must_have_left(self, people, kinds):
        [message_id] = sent(people, kinds)
        db.session.execute(sa.update(OutboxMessage).values(state=MessageState.UNCERTAIN))
        assert bounces.take(report(message_id)) == Verdict.HARD
        assert db.session.scalar(sa.select(OutboxMessage.state)) == "bounced"

    def test_for_now_counts_and_suppresses_only_after_several(self, people, kinds):
        ids = sent(people, kinds, bounces.SOFT_LIMIT)
        for message_id in ids[:-1]:
            assert bounces.take(report(message_id, "4.2.2")) == Verdict.SOFT
            assert bounces.take(report(message_id, "4.2.2")) == Verdict.SOFT
        commit()
        assert suppressions() == []
        bounces.take(report(ids[-1], "4.2.2"))
        commit()
        assert [row.reason for row in suppressions()] == ["soft"]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SoftBounce)) == bounces.SOFT_LIMIT

    def test_a_made_up_report_suppresses_nobody(self, people, kinds):
        sent(people, kinds)
        assert bounces.take(report("0" * 40 + "@example.org")) == Verdict.UNMATCHED
        assert suppressions() == []

    def test_an_out_of_office_note_is_no_bounce(self, people, kinds):
        [message_id] = sent(people, kinds)
        note = f"From: a@example.net\r\nSubject: Away\r\nIn-Reply-To: <{message_id}>\r\n\r\nBack on Monday.\r\n"
        assert bounces.take(note.encode()) == Verdict.OTHER
        assert bounces.take(b"\xff\x00 no mail at all") == Verdict.OTHER
        assert suppressions() == []

    def test_an_odd_report_is_read_as_far_as_it_goes(self, people, kinds):
        [message_id] = sent(people, kinds)
        odd = report(message_id).replace(b"Status: 5.1.1", b"Status: ")
        odd = odd.replace(b"Message-ID: <20260302.1@mx", b"Message-ID: <\xe9\xff@mx")
        assert bounces.take(odd) == Verdict.HARD
        assert db.session.scalar(sa.select(OutboxMessage.failure)) == "bounced"

    def test_nothing_of_it_names_an_address(self, people, kinds):
        [message_id] = sent(people, kinds)
        bounces.take(report(message_id))
        assert "example.net" not in suppressions()[0].address_index


class TestWriteAgain:
    def test_an_address_staff_say_works_is_written_to_again(self, people, kinds):
        [message_id] = sent(people, kinds)
        bounces.take(report(message_id))
        assert kinds["notice"](1, "another") is None
        assert services.write_again("P1@example.net ")
        assert suppressions() == []
        assert kinds["notice"](1, "another") is not None
        assert not services.write_again("p1@example.net")

    def test_what_came_back_for_now_before_counts_no_more(self, people, kinds):
        ids = sent(people, kinds, bounces.SOFT_LIMIT + 1)
        for message_id in ids[:-1]:
            bounces.take(report(message_id, "4.2.2"))
        assert [row.reason for row in suppressions()] == ["soft"]
        services.write_again("p1@example.net")
        bounces.take(report(ids[-1], "4.2.2"))
        assert suppressions() == []


class TestPosted:
    def test_without_a_secret_set_nobody_can_post(self, client):
        assert client.post("/mail/bounces", data=b"x").status_code == 404

    def test_only_with_the_secret(self, client, people, kinds, monkeypatch, app):
        [message_id] = sent(people, kinds)
        monkeypatch.setitem(app.extensions["settings"].values, "BOUNCE_SECRET", SECRET)
        raw = report(message_id)
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": SECRET}):
            assert client.post("/mail/bounces", data=raw, headers=headers).status_code == 401
        assert suppressions() == []
        headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "message/rfc822"}
        response = client.post("/mail/bounces", data=raw, headers=headers)
        assert response.get_json() == {"verdict": "hard"}
        assert len(suppressions()) == 1


class TestFolder:
    def test_reads_each_file_once(self, app, people, kinds, tmp_path):
        [message_id] = sent(people, kinds)
        (tmp_path / "a.eml").write_bytes(report(message_id))
        (tmp_path / "b.eml").write_bytes(b"Subject: hello\r\n\r\nhello\r\n")
        run = app.test_cli_runner().invoke
        assert "2 read: 1 for good" in run(args=["mail", "bounces", str(tmp_path)]).output
        assert run(args=["mail", "bounces", str(tmp_path)]).output.startswith("0 read")
        assert sorted(path.name for path in (tmp_path / "read").iterdir()) == ["a.eml", "b.eml"]

    def test_one_that_cannot_be_read_does_not_hold_up_the_rest(self, app, people, kinds, tmp_path, monkeypatch):
        [message_id] = sent(people, kinds)
        real = bounces.all_failures

        def trip(message):
            if message["Subject"] == "odd":
                raise IndexError
            return real(message)

        monkeypatch.setattr(bounces, "all_failures", trip)
        (tmp_path / "a.eml").write_bytes(b"Subject: odd\r\n\r\nodd\r\n")
        (tmp_path / "b.eml").write_bytes(report(message_id))
        output = app.test_cli_runner().invoke(args=["mail", "bounces", str(tmp_path)]).output
        assert "1 for good" in output
        assert "1 no bounces" in output
        assert list(tmp_path.glob("*.eml")) == []

    def test_reads_a_maildir(self, app, people, kinds, tmp_path):
        [message_id] = sent(people, kinds)
        for name in ("new", "cur", "tmp"):
            (tmp_path / name).mkdir()
        (tmp_path / "new" / "1.mx").write_bytes(report(message_id))
        result = app.test_cli_runner().invoke(args=["mail", "bounces", str(tmp_path)])
        assert "1 for good" in result.output
        assert (tmp_path / "cur" / "1.mx:2,S").exists()
