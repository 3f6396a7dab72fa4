"""Settings: from variables and flags, with their places when they are wrong."""

from __future__ import annotations

import pytest

from dispatch_engine.api.settings import Settings
from dispatch_engine.errors import InputError


def test_variables_and_flags_are_read() -> None:
    """Numbers, texts and lists; a flag comes before a variable, a flag not given does not."""
    environment = {
        "DISPATCH_PORT": "9000",
        "DISPATCH_HOST": "::1",
        "DISPATCH_MAX_BODY_MB": "1.5",
        "DISPATCH_WEBHOOK_ALLOW": "10.0.0.0/8, crm.internal,",
        "DISPATCH_ENGINE_CACHE_DIR": "/var/cache",
        "PATH": "/bin",
    }
    settings = Settings.read(environment, port=9001, host=None)
    assert (settings.port, settings.host, settings.max_body_mb) == (9001, "::1", 1.5)
    assert settings.webhook_allow == ("10.0.0.0/8", "crm.internal")
    assert settings.max_body_bytes == 1_500_000
    assert settings.solvers == 2


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"DISPATCH_PROT": "1"}, "variable DISPATCH_PROT is no setting; there are DISPATCH_{HOST, PORT, "),
        ({"DISPATCH_PORT": "http"}, "variable DISPATCH_PORT is 'http', no number"),
        ({"DISPATCH_PORT": "70000"}, "setting port: 70000 is out of range; it must be at most 65535"),
        ({"DISPATCH_PORT": "tcp://10.0.0.1:80"}, "set enableServiceLinks to false"),
        ({"DISPATCH_MAX_BODY_MB": "nan"}, "setting max_body_mb"),
        ({"DISPATCH_LOG_LEVEL": "loud"}, "setting log_level: 'loud' is not known"),
        ({"DISPATCH_MAX_TICKETS": "1e3"}, "variable DISPATCH_MAX_TICKETS is '1e3', no number"),
    ],
)
def test_a_bad_variable_is_told(environment: dict[str, str], message: str) -> None:
    """With its name; nothing with the prefix is passed over."""
    with pytest.raises(InputError) as caught:
        Settings.read(environment)
    assert message in str(caught.value)


def test_what_kubernetes_sets_for_a_service_named_dispatch_is_passed_over() -> None:
    """Its links have the prefix too; only the port clashes, and is told above."""
    links = {
        "DISPATCH_SERVICE_HOST": "10.0.0.1",
        "DISPATCH_SERVICE_PORT": "80",
        "DISPATCH_PORT_80_TCP": "tcp://10.0.0.1:80",
        "DISPATCH_PORT_80_TCP_ADDR": "10.0.0.1",
    }
    assert Settings.read(links) == Settings()


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.7", False),
        ("dispatch.example.com", False),
        ("", False),
    ],
)
def test_loopback_is_what_only_this_machine_can_reach(host: str, is_loopback: bool) -> None:
    """A name other than localhost may mean anything."""
    assert Settings(host=host).is_loopback is is_loopback


def test_every_setting_says_what_it_is() -> None:
    """And holds its own default."""
    assert all(field.description for field in Settings.model_fields.values())
    assert Settings.model_validate(Settings().model_dump()) == Settings()
