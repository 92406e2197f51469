"""What staff are told about requests, in both languages. No names and no amounts: it lies on a locked screen."""

from services.messaging.texts import Text


def asked(language: str, *, who: str, shop: str) -> Text:
    """To who may decide: somebody waits."""
    if language == "en":
        said = f"{who} is waiting for your approval"
        return Text(said, "Tap to look and decide", shop, said)
    said = f"{who}有一件事等您批"
    return Text(said, "点开看看再决定", shop, said)


def decided(language: str, *, approved: bool, shop: str) -> Text:
    """To who asked."""
    if language == "en":
        said = "Your request was approved" if approved else "Your request was declined"
        return Text(said, "Tap to see", shop, said)
    said = "您提的事批了" if approved else "您提的事没有批"
    return Text(said, "点开看看", shop, said)


def loosened(language: str, *, who: str, shop: str) -> Text:
    """To the others who decide."""
    if language == "en":
        said = f"{who} loosened what needs a second person"
        return Text(said, "It holds in 24 hours. Tap to look", shop, said)
    said = f"{who}放宽了审批"
    return Text(said, "24 小时后才算数。点开看看", shop, said)
