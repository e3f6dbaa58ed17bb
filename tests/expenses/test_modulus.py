"""The modulus check by its written rules, on tables made up for the tests: the real ones may not be shipped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expenses.modulus import Rule, TableError, plausible, read_rules, read_substitutions

#: Only the account counts, each figure with another weight.
PLAIN = (0, 0, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1)
SORT = "123456"
accounts = st.integers(0, 99_999_999).map("{:08}".format)


def rule(method: str = "MOD11", exception: int | None = None, weights: tuple[int, ...] = PLAIN) -> Rule:
    return Rule("000000", "999999", method, weights, exception)


def passes(account: str, *rules: Rule, sort: str = SORT, substitutions: dict[str, str] | None = None) -> bool:
    return plausible(sort, account, list(rules), substitutions or {})


class TestPlausible:
    def test_a_sort_code_no_rule_meets_cannot_be_checked(self) -> None:
        assert passes("00000001")

    @given(accounts, st.integers(0, 7), st.integers(1, 9))
    def test_modulus_11_finds_every_single_wrong_figure(self, account: str, place: int, more: int) -> None:
        total = sum(w * int(c) for w, c in zip(PLAIN[6:], account, strict=True))
        assert passes(account, rule()) == (total % 11 == 0)
        if total % 11 == 0:
            wrong = account[:place] + str((int(account[place]) + more) % 10) + account[place + 1 :]
            assert not passes(wrong, rule())

    def test_double_alternate_adds_the_figures_of_products(self) -> None:
        weights = (0,) * 12 + (2, 1)
        assert passes("00000091", rule("DBLAL", weights=weights))  # 18 counts 1+8, and 1: ten
        assert not passes("00000090", rule("DBLAL", weights=weights))

    def test_two_rules_must_both_pass(self) -> None:
        good, bad = rule("MOD10", weights=(0,) * 14), rule("MOD10", weights=(0,) * 13 + (1,))
        assert passes("00000000", good, bad)
        assert not passes("00000001", good, bad)

    def test_exception_1_adds_27(self) -> None:
        weights = (0,) * 13 + (1,)
        assert passes("00000003", rule("DBLAL", 1, weights))
        assert not passes("00000000", rule("DBLAL", 1, weights))

    def test_exception_2_and_9_are_alternatives_and_9_checks_as_another_sort_code(self) -> None:
        never = rule("MOD11", 2, (1,) + (0,) * 13)
        other = rule("MOD11", 9, (1, 0, 0, 0, 0, 0) + (0,) * 7 + (1,))  # 3 of 309634, and the last figure
        assert passes("00000008", never, other)
        assert not passes("00000007", never, other)

    def test_exception_2_takes_other_weights_unless_the_account_begins_with_0(self) -> None:
        # With its own weights nothing passes; with 0 0 1 2 5 3 6 4 8 7 10 9 3 1 the sum decides.
        never = rule("MOD11", 2, (1,) + (0,) * 13)
        total = sum(
            w * int(c) for w, c in zip((0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3), SORT + "1000000", strict=False)
        )
        assert passes(f"1000000{-total % 11}" if -total % 11 < 10 else "10000000", never) == (-total % 11 < 10)
        # A nine in the last place but one leaves the sort code out: 0 ... 8 7 10 9 3 1.
        assert passes("10000096", never)  # 27 + 6 is 33
        assert not passes("10000095", never)

    def test_exception_3_is_left_out_for_some_accounts(self) -> None:
        never = rule("DBLAL", 3, (1,) + (0,) * 13)
        assert passes("00600000", never)
        assert passes("00900000", never)
        assert not passes("00500000", never)

    def test_exception_4_compares_the_remainder_with_the_last_two_figures(self) -> None:
        weights = (0,) * 6 + (1, 0, 0, 0, 0, 0, 0, 0)
        assert passes("70000007", rule("MOD11", 4, weights))
        assert not passes("70000000", rule("MOD11", 4, weights))
        assert passes("90000009", rule("MOD11", 4, weights))

    def test_exception_5_checks_as_another_sort_code_with_a_check_figure_each(self) -> None:
        first = rule("MOD11", 5, (1,) + (0,) * 13)
        second = rule("DBLAL", 5, (0, 1) + (0,) * 12)
        both = {"123456": "380000"}
        # The substitute begins 3, 8: 11 - 3 is 8 for g, 10 - 8 is 2 for h.
        assert passes("00000082", first, second, substitutions=both)
        assert not passes("00000081", first, second, substitutions=both)
        assert not passes("00000072", first, second, substitutions=both)
        assert not passes("00000082", first, second)
        # A remainder of 1 would need the figure 10.
        assert not any(passes(f"000000{g}0", first, sort="100000") for g in range(10))
        assert passes("00000000", first, second, sort="000000")

    def test_exception_6_lets_accounts_in_foreign_money_pass(self) -> None:
        never = rule("MOD11", 6, (1,) + (0,) * 13)
        assert passes("40000033", never)
        assert not passes("40000034", never)
        assert not passes("30000033", never)

    def test_exception_7_leaves_out_the_front_when_the_last_but_one_is_9(self) -> None:
        front = rule("MOD11", 7, (1,) + (0,) * 13)
        assert passes("00000090", front)
        assert not passes("00000080", front)

    def test_exception_8_checks_as_a_fixed_sort_code(self) -> None:
        weights = (0, 1) + (0,) * 11 + (1,)
        assert passes("00000002", rule("MOD11", 8, weights))  # 9 of 090126, and 2
        assert not passes("00000009", rule("MOD11", 8, weights))

    def test_exception_10_and_11_are_alternatives_with_weights_left_out_for_some(self) -> None:
        front, never = rule("MOD11", 10, (1,) + (0,) * 13), rule("MOD11", 11, (1,) + (0,) * 13)
        assert passes("09000090", front, never)
        assert passes("99000090", front, never)
        assert not passes("19000090", front, never)
        assert passes("19000090", front, rule("MOD11", 11, (0,) * 14))

    def test_exception_12_and_13_are_alternatives(self) -> None:
        never, always = rule("MOD11", 12, (1,) + (0,) * 13), rule("MOD10", 13, (0,) * 14)
        assert passes("12345678", never, always)
        assert not passes("12345678", never, rule("MOD10", 13, (1,) + (0,) * 13))

    def test_exception_14_tries_again_without_the_last_figure(self) -> None:
        weights = (0,) * 12 + (10, 1)
        coutts = rule("MOD11", 14, weights)
        assert passes("00000011", coutts)
        # 0000 0220 does not pass itself; moved on by one it ends in 22, which does.
        assert passes("00000220", coutts)
        # The same with a last figure that is none of 0, 1 and 9 is wrong.
        assert not passes("00000225", coutts)


class TestReadTables:
    def test_reads_ranges_methods_weights_and_exceptions(self) -> None:
        text = "\n".join(
            ["010004 016715 MOD11 " + " ".join("0" * 14), "", "938000 938696 MOD11 7 6 5 4 3 2 7 6 5 4 3 2 0 0 5"]
        )
        first, second = read_rules(text.splitlines())
        assert (first.sort_from, first.sort_to, first.method, first.exception) == ("010004", "016715", "MOD11", None)
        assert (second.weights[:3], second.exception) == ((7, 6, 5), 5)
        assert read_substitutions(["938173 938017", ""]) == {"938173": "938017"}

    @pytest.mark.parametrize(
        "line",
        ["010004 016715 MOD12 " + "0 " * 14, "016715 010004 MOD11 " + "0 " * 14, "010004 016715 MOD11 1 2 3", "<html>"],
    )
    def test_tells_the_line_that_cannot_be_read(self, line: str) -> None:
        with pytest.raises(TableError) as caught:
            read_rules(["000000 000001 MOD10 " + "0 " * 14, line])
        assert caught.value.line == 2
