"""What tests build services with: settings that point at the session's engines."""

from dataclasses import dataclass
from typing import Any, TypeVar

from deploy.embedded.data_dir import DataDir
from deploy.embedded.engines import Engines
from shared.settings import ServiceSettings

Settings = TypeVar("Settings", bound=ServiceSettings)


@dataclass(frozen=True)
class House:
    data: DataDir
    environment: dict[str, str]
    engines: Engines

    def url(self, service: str, part: str) -> str:
        return self.environment[f"HUIYIN_{service.upper()}_{part.upper()}_URL"]

    def settings(self, kind: type[Settings], service: str, *, lanes: str = "api", **more: Any) -> Settings:  # noqa: ANN401 - any setting
        """A service's settings; the lanes that a test wants run are named."""
        given: dict[str, Any] = {
            "app_url": self.url(service, "app"),
            "carrier_url": self.url(service, "carrier"),
            "nats_url": self.environment["NATS_URL"],
            "data_dir": self.data.root,
            "lanes": lanes,
        }
        return kind(**(given | more))
