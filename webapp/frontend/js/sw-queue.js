// The sales that wait, for the staff app's worker (webapp/static/sw.js), as one classic script: it sets self.changkeQueue.
import { list, NAME, send } from './lib/sales-queue.js';

self.changkeQueue = { list, name: NAME, send };
