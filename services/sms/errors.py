"""How sending can be refused before anything is sent."""

from services.shared.refusals import Refusal
from services.shared.words import N_


class NotConfigured(Refusal):
    """The shop has no contract with a provider."""

    code = "sms_not_configured"
    text = N_("还没有接通短信，先把服务商的资料填好")
