"""What the domains do when a member is erased (commands.py calls them): not acts of their own."""

PARTS_OF_AN_ERASURE = (
    "services.checkout.commands.erasing.forget_parked_carts",
    "services.coupons.commands.erasing.give_up_coupons",
    "services.loyalty.commands.erasing.give_up_points",
    "services.members.commands.erasing.get_traces",
    "services.members.commands.erasing.make_nobody",
    "services.messaging.commands.forget_messages",
    "services.orders.commands.erasing.forget_words_of_orders",
    "services.orders.commands.erasing.list_addresses",
    "services.orders.commands.erasing.select_orders_of",
    "services.signin.commands.erasing.close_every_way_in",
    "services.tills.commands.forget_reasons",
    "services.wallet.commands.erasing.give_up_wallet",
)
