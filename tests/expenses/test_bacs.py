"""The file for the bank, read back by a reader that was written from the format's description."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expenses import bacs
from tests.expenses import standard_18

PAYER = bacs.Account("601111", "12345678", "Leics ICB")
SUBMISSION = bacs.Submission(PAYER, "654321", "000042", dt.date(2026, 2, 27), dt.date(2026, 3, 2))

accounts = st.builds(
    bacs.Account,
    st.integers(0, 999_999).map("{:06}".format),
    st.integers(0, 99_999_999).map("{:08}".format),
    st.text(max_size=12).map("Ann {}".format),
)
credits = st.lists(
    st.builds(bacs.Credit, accounts, st.integers(1, 10**8), st.text(max_size=12)), min_size=1, max_size=25
)


class TestWrite:
    @given(credits)
    def test_every_payment_can_be_read_back_in_its_order(self, payments: list[bacs.Credit]) -> None:
        found = standard_18.read(bacs.write(SUBMISSION, payments))
        assert [(r["sort_code"], r["account"], int(r["pence"])) for r in found.credits] == [
            (p.to.sort_code, p.to.number, p.pence) for p in payments
        ]
        assert [r["name"].rstrip() for r in found.credits] == [bacs.clean(p.to.name) for p in payments]

    @given(credits)
    def test_one_debit_of_the_payer_balances_the_credits(self, payments: list[bacs.Credit]) -> None:
        found = standard_18.read(bacs.write(SUBMISSION, payments))
        total = sum(p.pence for p in payments)
        [contra] = found.contras
        assert found.records[-1] is contra
        assert int(contra["pence"]) == total
        own = (PAYER.sort_code, PAYER.number)
        assert (contra["sort_code"], contra["account"]) == (contra["own_sort_code"], contra["own_account"]) == own
        trailer = found.labels["UTL1"]
        assert int(trailer["debit_pence"]) == int(trailer["credit_pence"]) == total
        assert (int(trailer["debits"]), int(trailer["credits"])) == (1, len(payments))

    @given(credits)
    def test_the_same_payments_give_the_same_bytes(self, payments: list[bacs.Credit]) -> None:
        assert bacs.write(SUBMISSION, payments) == bacs.write(SUBMISSION, list(payments))

    def test_labels_name_the_user_the_serial_and_the_days(self) -> None:
        found = standard_18.read(bacs.write(SUBMISSION, [bacs.Credit(PAYER, 1, "X")]))
        assert found.labels["VOL1"] == {"label": "VOL1", "serial": "000042", "owner": "654321", "standard": "1"}
        header = found.labels["HDR1"]
        assert header["file"] == "A654321S  1654321"
        assert header["set"] == "000042"
        assert standard_18.day(header["created"]) == dt.date(2026, 2, 27)
        assert standard_18.day(header["expires"]) > SUBMISSION.pay_on
        assert found.labels["HDR2"] == {
            "label": "HDR2",
            "format": "F",
            "block": "02000",
            "record": "00100",
            "offset": "00",
        }
        work = found.labels["UHL1"]
        assert standard_18.day(work["processing"]) == dt.date(2026, 3, 2)
        assert (work["receiver"], work["currency"], work["country"]) == ("999999    ", "00", "000000")
        assert (work["work"], work["file"]) == ("1 DAILY  ", "001")
        trailer = {**found.labels["EOF1"], "label": "HDR1", "blocks": "000000"}
        assert trailer == header
        assert found.labels["EOF2"] == {**found.labels["HDR2"], "label": "EOF2"}

    @pytest.mark.parametrize(("count", "blocks"), [(1, 1), (19, 1), (20, 2), (39, 2), (40, 3)])
    def test_the_trailer_counts_blocks_of_twenty_records_with_the_contra(self, count: int, blocks: int) -> None:
        found = standard_18.read(bacs.write(SUBMISSION, [bacs.Credit(PAYER, 1, "X")] * count))
        assert int(found.labels["EOF1"]["blocks"]) == blocks

    @pytest.mark.parametrize(
        "credit",
        [
            bacs.Credit(bacs.Account("60111", "12345678", "A"), 1, ""),
            bacs.Credit(bacs.Account("601111", "1234567", "A"), 1, ""),
            bacs.Credit(bacs.Account("601111", "١٢٣٤٥٦٧٨", "A"), 1, ""),
            bacs.Credit(bacs.Account("601111", "12345678", "سارة"), 1, ""),
            bacs.Credit(PAYER, 0, ""),
            bacs.Credit(PAYER, 10**11, ""),
        ],
    )
    def test_refuses_what_does_not_fit(self, credit: bacs.Credit) -> None:
        with pytest.raises(ValueError, match=r"."):
            bacs.write(SUBMISSION, [credit])

    def test_refuses_a_file_without_payments(self) -> None:
        with pytest.raises(ValueError, match="without payments"):
            bacs.write(SUBMISSION, [])


class TestClean:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("Łukasz Müller-Brontë", "LUKASZ MULLER-BRON"),
            ("Siân O'Neill", "SIAN ONEILL"),
            ("Smith & Sons, Ltd.", "SMITH & SONS LTD."),
            ("Straße 1", "STRASSE 1"),
            ("  two   spaces ", "TWO SPACES"),
            ("سارة", ""),
        ],
    )
    def test_names_stay_readable(self, typed: str, kept: str) -> None:
        assert bacs.clean(typed) == kept
