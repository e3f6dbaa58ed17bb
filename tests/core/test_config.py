"""Settings: checked before anything starts, each refusal one plain sentence, secrets made once."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import config
from core.config import ConfigError

KEY = "a1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="


class TestLoad:
    def test_needs_nothing(self, tmp_path):
        settings = config.load({}, tmp_path)
        assert settings.port == 8000
        assert settings.base_url == "http://localhost:8000"
        assert settings.database_url == f"sqlite:///{tmp_path / 'panel.sqlite3'}"
        assert settings.demo is False

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "eighty"),
            ("PORT", "70000"),
            ("PORT", "-1"),
            ("BASE_URL", "panel.example.org"),
            ("BASE_URL", "ftp://panel.example.org"),
            ("DATABASE_URL", "mysql://x"),
            ("MAIL_URL", "pigeon://x"),
            ("MAIL_RATE", "0"),
            ("SECRET_KEY", "short"),
            ("FIELD_KEYS", "a1"),
            ("FIELD_KEYS", "a1:AAAA"),
            ("FIELD_KEYS", f"{KEY},{KEY}"),
            ("MINIMUM_AGE", "sixteen"),
            ("DEMO", "perhaps"),
            ("RATE_LIMIT_URL", "file:///x"),
        ],
    )
    def test_refuses_a_wrong_value_in_one_sentence_that_names_the_setting(self, tmp_path, name, value):
        with pytest.raises(ConfigError) as caught:
            config.load({name: value}, tmp_path)
        words = str(caught.value)
        assert words.startswith(name)
        assert words.endswith(".")
        assert "\n" not in words

    @pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS"])
    def test_never_repeats_a_secret_it_refuses(self, tmp_path, name):
        with pytest.raises(ConfigError) as caught:
            config.load({name: "hunter2"}, tmp_path)
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_takes_postgresql_by_any_of_its_names(self, tmp_path, scheme):
        assert config.load({"DATABASE_URL": f"{scheme}://u@h/d"}, tmp_path).database_url == "postgresql+psycopg://u@h/d"


class TestSecrets:
    def test_are_made_once_and_readable_by_their_owner_alone(self, tmp_path):
        first, second = (config.load({}, tmp_path) for _ in range(2))
        assert first.secret_key == second.secret_key
        assert first.field_keys == second.field_keys
        assert len(next(iter(first.field_keys.values()))) == 32
        for name in ("secret_key", "field_keys"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600

    def test_are_the_same_for_web_and_worker_that_start_together(self, tmp_path):
        with ThreadPoolExecutor(16) as pool:
            made = set(pool.map(lambda _: config.load({}, tmp_path).secret_key, range(64)))
        assert len(made) == 1

    def test_do_not_show_when_settings_are_printed(self, tmp_path):
        settings = config.load({}, tmp_path)
        assert settings.secret_key not in repr(settings)
