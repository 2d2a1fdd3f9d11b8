"""Settings: read once, refused with one clear line, secrets kept out of sight."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.settings import Settings, SettingsError, describe, variable


def test_without_variables_every_setting_has_its_default() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings().database_url == "sqlite:///var/lrs.sqlite3"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"LRS_PORT": "", "LRS_TLS_KEY": " "}) == Settings()


def test_the_default_database_lies_in_the_data_folder() -> None:
    settings = Settings.from_environment({"LRS_DATA_DIR": "/srv/lrs"})
    assert settings.database_url == "sqlite:////srv/lrs/lrs.sqlite3"


@pytest.mark.parametrize(
    ("database", "records"),
    [
        ("", "sqlite:///var/records.sqlite3"),
        ("sqlite:////srv/log.sqlite3", "sqlite:////srv/records.sqlite3"),
        ("sqlite:///log.sqlite3", "sqlite:///records.sqlite3"),
        ("postgresql://lrs@db/lrs?sslmode=require", "postgresql://lrs@db/lrs?sslmode=require"),
    ],
)
def test_the_records_lie_beside_the_log(database: str, records: str) -> None:
    settings = Settings.from_environment({"LRS_DATABASE_URL": database})
    assert settings.records_url == records
    elsewhere = {"LRS_DATABASE_URL": database, "LRS_RECORDS_URL": "postgresql://db/records"}
    assert Settings.from_environment(elsewhere).records_url == "postgresql://db/records"


def test_variables_become_values_of_their_kind() -> None:
    settings = Settings.from_environment(
        {
            "LRS_PORT": "9000",
            "LRS_MAX_BODY_BYTES": "2 MiB",
            "LRS_MAX_DOCUMENT_BYTES": "500kB",
            "LRS_HEADER_TIMEOUT_SECONDS": "0.5",
            "LRS_BASE_PATH": "/data/xAPI",
            "LRS_LOG_LEVEL": "DEBUG",
            "LRS_CORS_ORIGINS": "https://LMS.example.org, http://localhost:3000",
            "LRS_PUBLIC_URL": "https://lrs.example.org/",
        }
    )
    assert settings.port == 9000
    assert settings.max_body_bytes == 2 * 1024 * 1024
    assert settings.max_document_bytes == 500_000
    assert settings.header_timeout_seconds == 0.5
    assert settings.base_path == "/data/xAPI"
    assert settings.log_level == "debug"
    assert settings.cors_origins == ("https://lms.example.org", "http://localhost:3000")
    assert settings.public_url == "https://lrs.example.org"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("LRS_PORT", "70000", "must be a whole number from 0 to 65535"),
        ("LRS_PORT", "abc", "must be a whole number"),
        ("LRS_WORKERS", "0", "must be a whole number from 1"),
        ("LRS_MAX_BODY_BYTES", "1 TB", "must be a size such as"),
        ("LRS_MAX_BODY_BYTES", "-5", "must be a size such as"),
        ("LRS_KEEP_ALIVE_SECONDS", "never", "must be a number of seconds"),
        ("LRS_KEEP_ALIVE_SECONDS", "nan", "must be a number of seconds"),
        ("LRS_BASE_PATH", "xapi", "must be a path such as /xapi"),
        ("LRS_HOST", "a b", "must be a host name or an IP address"),
        ("LRS_PUBLIC_URL", "lrs.example.org", "must be an address such as"),
        ("LRS_CORS_ORIGINS", "example.org", "must be *, none, or origins"),
        ("LRS_LOG_LEVEL", "loud", "must be one of debug, info, warning, error"),
        ("LRS_ACCESS_LOG", "maybe", "must be yes or no"),
        ("LRS_DEFAULT_PAGE_SIZE", "501", "must not be over LRS_MAX_PAGE_SIZE=500"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({name: value})
    assert str(refused.value).startswith(f"{name}={value}: ")
    assert allowed in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_refused_secret_is_not_shown() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"LRS_DATABASE_URL": "mysql://lrs:hunter2@db/lrs"})
    assert "hunter2" not in str(refused.value)
    assert "LRS_DATABASE_URL" in str(refused.value)


def test_the_database_url_stays_out_of_the_representation() -> None:
    settings = Settings(database_url="postgresql://lrs:hunter2@db/lrs")
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("given_file", ["LRS_TLS_KEY", "LRS_TLS_CERTIFICATE"])
def test_tls_needs_certificate_and_key(given_file: str) -> None:
    with pytest.raises(SettingsError, match="TLS needs both files"):
        Settings.from_environment({given_file: "/etc/lrs/file.pem"})


@given(
    st.dictionaries(
        st.sampled_from([variable(one.name) for one in fields(Settings)]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    )
)
def test_any_text_is_a_setting_or_a_settings_error(environ: dict[str, str]) -> None:
    with suppress(SettingsError):
        settings = Settings.from_environment(environ)
        assert isinstance(settings.data_dir, Path)


def test_every_setting_is_described_and_its_shown_default_reads_back() -> None:
    shown = describe()
    assert len(shown) == len(fields(Settings))
    assert all(description for _, _, description in shown)
    assert Settings.from_environment({name: default for name, default, _ in shown}) == Settings()
