"""What a channel needs of the contract, the secret in clear."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Contract:
    """Credentials and names as the provider gave them. Made for one sending, never kept."""

    provider: str
    key_id: str
    secret: str = field(repr=False)
    sign_name: str
    template: str
    app_id: str
    region: str
    with_minutes: bool
