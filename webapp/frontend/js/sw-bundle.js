// The parts of Workbox that webapp/static/sw.js uses, as one classic script: it sets self.workbox.
import { CacheableResponsePlugin } from "workbox-cacheable-response";
import { cacheNames, clientsClaim } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import { registerRoute, setCatchHandler, setDefaultHandler } from "workbox-routing";
import { CacheFirst, CacheOnly, NetworkFirst, NetworkOnly, StaleWhileRevalidate } from "workbox-strategies";

self.workbox = {
  core: { cacheNames, clientsClaim },
  routing: { registerRoute, setCatchHandler, setDefaultHandler },
  strategies: { CacheFirst, CacheOnly, NetworkFirst, NetworkOnly, StaleWhileRevalidate },
  expiration: { ExpirationPlugin },
  cacheableResponse: { CacheableResponsePlugin },
};
