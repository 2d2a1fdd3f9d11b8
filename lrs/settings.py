"""What an operator can set: environment variables `LRS_*`, read once, here and nowhere else."""

from __future__ import annotations

import os
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from lrs import setting_values as values
from lrs.analytics_settings import AnalyticsSettings
from lrs.failures import Failure
from lrs.setting_values import read

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "LRS_"
_MANY = 1_000_000_000


class SettingsError(Failure):
    """A setting that cannot be used.

    Facts: `name` of the variable, `allowed` (what it must be) and `value`, which is None when the
    setting is a secret.
    """

    status = 2  # as for a wrong option

    def __init__(self, name: str, value: str | None, allowed: str) -> None:
        shown = name if value is None else f"{name}={value}"
        super().__init__(f"{shown}: {allowed}")
        self.name = name
        self.value = value
        self.allowed = allowed


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings(AnalyticsSettings):
    """Every setting of the server. `LRS_` and a field's name in capitals is its variable."""

    # Where it is reached
    host: str = field(default="127.0.0.1", metadata=read(values.host, "Address to listen on"))
    port: int = field(
        default=8080,
        metadata=read(values.whole_number(0, 65535), "Port to listen on; 0 takes any"),
    )
    base_path: str = field(
        default="/xapi", metadata=read(values.url_path, "Path under which xAPI is served")
    )
    public_url: str | None = field(
        default=None,
        metadata=read(
            values.http_url, "Address at which clients reach the server, if behind a proxy"
        ),
    )
    tls_certificate: Path | None = field(
        default=None,
        metadata=read(values.path, "PEM file with the certificate chain; serves HTTPS"),
    )
    tls_key: Path | None = field(
        default=None, metadata=read(values.path, "PEM file with the key of the certificate")
    )
    workers: int = field(default=1, metadata=read(values.whole_number(1, 256), "Server processes"))
    shutdown_grace_seconds: float = field(
        default=10.0,
        metadata=read(
            values.seconds(0, 3600), "Time running requests get to end when the server stops"
        ),
    )

    # Where it keeps its records
    data_dir: Path = field(
        default=Path("var"), metadata=read(values.path, "Folder of everything that is kept")
    )
    database_url: str = field(
        default="",
        repr=False,
        metadata=read(
            values.database_url,
            "Database: sqlite:///<path> or postgresql://...; else lrs.sqlite3 in the data folder",
            secret=True,
        ),
    )
    read_threads: int = field(
        default=4,
        metadata=read(
            values.whole_number(1, 256),
            "Reads at a time, per process; each has a connection",
        ),
    )
    queue_max_statements: int = field(
        default=20_000,
        metadata=read(values.whole_number(1, _MANY), "Statements that may wait for the writer"),
    )
    queue_max_bytes: int = field(
        default=256_000_000,
        metadata=read(values.size(1, 2**40), "Bytes of statements that may wait for the writer"),
    )

    # How large a request may be
    max_query_bytes: int = field(
        default=32_768,
        metadata=read(
            values.size(256, 2**20), "Query string; an IRI of 8 kB takes 24 kB when escaped"
        ),
    )
    max_header_bytes: int = field(
        default=16_384,
        metadata=read(values.size(1024, 2**20), "All header fields of a request together"),
    )
    max_body_bytes: int = field(
        default=100_000_000,
        metadata=read(values.size(1024, 2**40), "Body of a request, attachments included"),
    )
    max_inflight_bytes: int = field(
        default=400_000_000,
        metadata=read(
            values.size(1024, 2**40),
            "Bodies of all running requests of a process together; more is answered 503",
        ),
    )
    max_batch_statements: int = field(
        default=10_000,
        metadata=read(values.whole_number(1, _MANY), "Statements in one request"),
    )
    max_batch_bytes: int = field(
        default=32_000_000,
        metadata=read(values.size(1024, 2**40), "JSON of the statements in one request"),
    )
    max_attachment_bytes: int = field(
        default=50_000_000,
        metadata=read(values.size(1, 2**40), "One attachment in a request"),
    )
    max_document_bytes: int = field(
        default=10_000_000,
        metadata=read(
            values.size(1, 2**40), "One document (state, activity profile, agent profile)"
        ),
    )
    max_json_depth: int = field(
        default=100,
        metadata=read(values.whole_number(10, 900), "Depth of nested objects and arrays in JSON"),
    )
    default_page_size: int = field(
        default=100,
        metadata=read(
            values.whole_number(1, 100_000), "Statements in a page when the client sets no limit"
        ),
    )
    max_page_size: int = field(
        default=500,
        metadata=read(values.whole_number(1, 100_000), "Statements in a page at most"),
    )

    # How long a client may take, and how many may come at once
    header_timeout_seconds: float = field(
        default=10.0,
        metadata=read(
            values.seconds(0.01, 3600), "Time a client has to send the header of a request"
        ),
    )
    body_timeout_seconds: float = field(
        default=20.0,
        metadata=read(
            values.seconds(0.01, 3600), "Time a client has to send a body, plus its length / rate"
        ),
    )
    body_min_bytes_per_second: int = field(
        default=2000,
        metadata=read(values.size(1, 2**30), "The rate: slower bodies are cut off"),
    )
    send_timeout_seconds: float = field(
        default=30.0,
        metadata=read(
            values.seconds(0.01, 3600), "Time in which a client must take some of its answer"
        ),
    )
    keep_alive_seconds: float = field(
        default=65.0,
        metadata=read(values.seconds(0.01, 3600), "Time an idle connection is kept"),
    )
    request_timeout_seconds: float = field(
        default=30.0,
        metadata=read(
            values.seconds(0.01, 3600), "Time the server works on a request before it says 503"
        ),
    )
    max_concurrent_requests: int = field(
        default=512,
        metadata=read(
            values.whole_number(1, _MANY), "Requests at once per process; more are answered 503"
        ),
    )

    # What browsers may do
    cors_origins: tuple[str, ...] = field(
        default=("*",),
        metadata=read(
            values.origins, "Origins of browser content that may call: *, none, or a list"
        ),
    )

    # What operators see
    log_level: str = field(
        default="info",
        metadata=read(
            values.choice("debug", "info", "warning", "error"), "Least level that is logged"
        ),
    )
    access_log: bool = field(
        default=True,
        metadata=read(values.yes_or_no, "One log line per request, without personal data"),
    )
    log_exception_text: bool = field(
        default=False,
        metadata=read(
            values.yes_or_no, "Log the texts of exceptions too, which may quote what people sent"
        ),
    )
    metrics_dir: Path | None = field(
        default=None,
        metadata=read(
            values.path, "Folder in which workers share metrics; by default a temporary one"
        ),
    )

    def __post_init__(self) -> None:
        """Fill in the default database and refuse settings that contradict each other."""
        if not self.database_url:
            url = f"sqlite:///{self.data_dir / 'lrs.sqlite3'}"
            object.__setattr__(self, "database_url", url)
        if not self.records_url:
            object.__setattr__(self, "records_url", values.records_beside(self.database_url))
        if (self.tls_certificate is None) != (self.tls_key is None):
            missing = "tls_key" if self.tls_key is None else "tls_certificate"
            raise SettingsError(variable(missing), None, "must be set too: TLS needs both files")
        if self.default_page_size > self.max_page_size:
            allowed = f"must not be over {variable('max_page_size')}={self.max_page_size}"
            raise SettingsError(variable("default_page_size"), str(self.default_page_size), allowed)

    @property
    def works(self) -> bool:
        """Whether the server folds the log beside serving."""
        is_local = self.database_url.startswith("sqlite")
        return self.work == "yes" or (self.work == "auto" and is_local)

    @classmethod
    def load(cls, options: Mapping[str, str]) -> Self:
        """Settings of this process: its environment, with a command's options before it."""
        return cls.from_environment(os.environ | options)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings from environment variables; an empty one counts as not set.

        Options of the command go in as variables too, so that one place reads and refuses text.
        Raises SettingsError for the first value that cannot be used.
        """
        given = {one.name: environ.get(variable(one.name), "").strip() for one in fields(cls)}
        return cls(
            **{one.name: _parse(one, given[one.name]) for one in fields(cls) if given[one.name]}
        )


def variable(name: str) -> str:
    """Name of the environment variable of the setting `name`."""
    return _PREFIX + name.upper()


def inherited(beginnings: tuple[str, ...]) -> dict[str, str]:
    """Variables of ours whose names begin so, for a process that is to know no others."""
    return {name: v for name, v in os.environ.items() if name.upper().startswith(beginnings)}


def describe() -> list[tuple[str, str, str]]:
    """Name of the variable, default and description of every setting, for the documentation."""
    return [
        (variable(one.name), values.shown(one.default), one.metadata["description"])
        for one in fields(Settings)
    ]


def _parse(one: Field[Any], text: str) -> Any:  # noqa: ANN401 - the type is the field's own
    try:
        return one.metadata["parse"](text)
    except ValueError as error:
        shown = None if one.metadata["secret"] else text
        raise SettingsError(variable(one.name), shown, str(error)) from None
