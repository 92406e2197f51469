/*
 * What kind of browser this is, as far as people need different words for it. Never used to decide what works: that is
 * always asked of the feature itself.
 */

const agent = () => globalThis.navigator?.userAgent ?? '';

/** Inside WeChat (or WeCom), where neither service worker nor push nor installing works. */
export function isWeChat(userAgent = agent()) {
  return /MicroMessenger/i.test(userAgent);
}

/** iPhone, iPod, and iPads, which say "Macintosh" but have a touch screen. */
export function isApple(userAgent = agent(), touches = globalThis.navigator?.maxTouchPoints ?? 0) {
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touches > 1);
}

/** Opened from the home screen rather than in a tab. */
export function isInstalled() {
  return matchMedia('(display-mode: standalone), (display-mode: fullscreen)').matches || navigator.standalone === true;
}

/** Which browser's menus to explain: ios, edge, samsung, firefox, chrome, safari or other. */
export function browserName(userAgent = agent(), touches = undefined) {
  if (isApple(userAgent, touches)) return 'ios';
  if (/EdgA?\//.test(userAgent)) return 'edge';
  if (/SamsungBrowser/.test(userAgent)) return 'samsung';
  if (/Firefox\//.test(userAgent)) return 'firefox';
  if (/Chrome\//.test(userAgent)) return 'chrome';
  return /Safari\//.test(userAgent) ? 'safari' : 'other';
}

/** A short name for a device list, such as "iPhone · Safari": no version, nothing that tells people apart. */
export function deviceName(userAgent = agent(), touches = undefined) {
  const device = deviceKind(userAgent, touches);
  if (isWeChat(userAgent)) return `${device} · WeChat`;
  const names = { edge: 'Edge', samsung: 'Samsung', firefox: 'Firefox', chrome: 'Chrome', safari: 'Safari', ios: 'Safari' };
  return `${device} · ${names[browserName(userAgent, touches)] ?? 'Web'}`;
}

function deviceKind(userAgent, touches) {
  const kinds = [[/iPad/, 'iPad'], [/iPhone|iPod/, 'iPhone'], [/HarmonyOS|OpenHarmony/, 'HarmonyOS'], [/Android/, 'Android']];
  const known = kinds.find(([pattern]) => pattern.test(userAgent));
  if (known) return known[1];
  if (/Macintosh/.test(userAgent)) return isApple(userAgent, touches) ? 'iPad' : 'Mac';
  return /Windows/.test(userAgent) ? 'Windows' : 'Linux';
}
