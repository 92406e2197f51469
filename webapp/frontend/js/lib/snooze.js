/* 「稍后」: a hint that was put off stays away for some days. Remembered per app in localStorage. */

const DAY = 86_400_000;

export function putOff(name, days = 14, now = Date.now()) {
  try {
    localStorage.setItem(`changke-later:${name}`, String(now + days * DAY));
  } catch {
    // Private windows may refuse: then the hint comes back, which is no harm.
  }
}

export function isPutOff(name, now = Date.now()) {
  try {
    return Number(localStorage.getItem(`changke-later:${name}`) ?? 0) > now;
  } catch {
    return false;
  }
}
