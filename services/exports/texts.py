"""What staff are told about their exports, in both languages. Nothing of what is in them: it lies on a locked screen."""

from services.messaging.texts import Text


def ended(language: str, *, ready: bool, shop: str) -> Text:
    """The file is there, or could not be made."""
    if language == "en":
        said = "Your export is ready" if ready else "Your export could not be made"
        return Text(said, "Tap to see", shop, said)
    said = "导出的表格做好了" if ready else "导出没有做成"
    return Text(said, "点开看看", shop, said)
