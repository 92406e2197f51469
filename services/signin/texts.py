"""What is said of freezes and PINs, in both languages."""

from datetime import datetime

from services.messaging.texts import Text


def pin_changed(language: str, *, when: datetime) -> Text:
    """The wallet PIN is another one."""
    if language == "en":
        said = "Your payment PIN was changed"
        return Text(said, f"{when:%b %d, %H:%M}. Not you? Freeze spending at once.", said, "Not you? Tap to see")
    said = "支付密码改了"
    return Text(said, f"{when:%m月%d日 %H:%M} 改的。不是您本人？马上冻结消费。", said, "不是您本人？点开看看")


def number_changed(language: str, *, when: datetime, ending: str) -> Text:
    """The card has another phone number, of which the last four digits are told."""
    if language == "en":
        said = "Your phone number was changed"
        return Text(
            said,
            f"{when:%b %d, %H:%M}, to one ending in {ending}. Not you? Freeze spending at once.",
            said,
            "Not you? Tap to see",
        )
    said = "手机号换了"
    return Text(
        said, f"{when:%m月%d日 %H:%M} 换成尾号 {ending}。不是您本人？马上冻结消费。", said, "不是您本人？点开看看"
    )


def new_phone(language: str, *, when: datetime, device: str) -> Text:
    """Somebody came in by a code that was sent, on a phone that is new."""
    if language == "en":
        said, about = "A new phone signed in", f"{when:%b %d, %H:%M}, {device or 'unknown device'}"
        body = f"{about}, by a code sent to your number. Not you? Freeze spending at once."
        return Text(said, body, said, "Not you? Tap to see")
    said = "有一台新手机登录"
    return Text(
        said,
        f"{when:%m月%d日 %H:%M}，{device or '未知设备'}，用短信登录码。不是您本人？马上冻结消费。",
        said,
        "不是您本人？点开看看",
    )


def frozen(language: str, *, shop: str) -> Text:
    """To staff: a member said that something was not theirs."""
    if language == "en":
        said = "A member reported something that was not theirs"
        return Text(said, "Their spending is frozen until you have spoken with them.", shop, said)
    said = "有会员说：不是本人操作"
    return Text(said, "消费已经冻结，请联系本人，核实后再解冻。", shop, said)


def thawed(language: str) -> Text:
    """To the member: spending is open again."""
    if language == "en":
        said = "You can spend again"
        return Text(said, "The shop has looked at it with you. Open the app to get your code back.", said, said)
    said = "消费已经解冻"
    return Text(said, "门店和您核实过了。打开会员端，会员码就回来了。", said, said)
