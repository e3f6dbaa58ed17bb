from hypothesis import given
from hypothesis import strategies as st

from core import ids


class TestResumeCode:
    def test_survives_being_read_out_and_typed_carelessly(self):
        code = ids.resume_code()
        assert ids.normalise_code(f" {code.lower().replace('-', ' ')} ") == code

    @given(st.sampled_from(["0", "1"]))
    def test_takes_letters_that_look_like_digits_for_digits(self, digit):
        looks_like = {"0": "O", "1": "L"}[digit]
        assert ids.normalise_code(looks_like * 4) == digit * 4
