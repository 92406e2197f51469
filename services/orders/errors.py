"""Refusals about orders."""

from services.shared.refusals import Gone, Refusal
from services.shared.words import N_


class AlreadyBooked(Refusal):
    """An order with this external key exists."""

    status = 409
    code = "order_exists"
    text = N_("这一单已经记过了")


class MoreThanPaid(Refusal):
    """More would go back than was paid."""

    code = "more_than_paid"
    text = N_("退款不能超过付的钱")


class ReceiptOver(Gone):
    """The link of a receipt opened long enough."""

    code = "receipt_over"
    text = N_("这张电子小票过期了，要看请到店里")


class InvoiceSettled(Refusal):
    """The invoice was issued already."""

    code = "invoice_settled"
    text = N_("发票已经开好了，要改请找店里")


class InvoiceAskedBefore(Refusal):
    """Somebody who signed in asked for this invoice, or the shop answered: a receipt's link changes neither."""

    code = "invoice_asked"
    text = N_("这一单已经申请过发票了，要改请联系店里")


class NothingToInvoice(Refusal):
    """Nothing of this order can be invoiced: all of it went back, or it was paid from stored value."""

    code = "nothing_to_invoice"
    text = N_("这一单没有可以开票的金额")


class InvoiceNotAsked(Refusal):
    """Nobody waits for this invoice any more."""

    code = "invoice_not_asked"
    text = N_("这张发票已经处理过了")
