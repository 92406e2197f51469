"""JavaScript that the kit runs in pages of either browser."""

# scope → the notifications that the worker of this scope shows, as far as they matter to us
NOTIFICATIONS = """async (scope) => {
    const registration = await navigator.serviceWorker.getRegistration(scope);
    const shown = await registration.getNotifications();
    return shown.map(({title, body, tag, lang, data}) => ({title, body, tag, lang, data}));
}"""

# scope → true, once a worker of this scope is active
WORKER_IS_ACTIVE = """async (scope) => {
    const registration = await navigator.serviceWorker.getRegistration(scope);
    return Boolean(registration?.active?.state === "activated");
}"""
