/* The staff app: what every page of it needs. The scanner brings its reader only when someone scans. */
import './lib/shell.js';
import './elements/ck-lock.js'; // first: a cart of somebody else is gone before it is read
import './elements/ck-beside.js';
import './elements/ck-busy.js';
import './elements/ck-copy.js';
import './elements/ck-cart.js';
import './elements/ck-dialog.js';
import './elements/ck-done.js';
import './elements/ck-keypad.js';
import './elements/ck-sheet.js';
import './elements/ck-step-up.js';
import './elements/ck-stepper.js';
import './elements/ck-tender.js';
import './elements/ck-theme.js';
import './elements/ck-toast.js';
import './elements/ck-install.js';
import './elements/ck-net.js';
import './elements/ck-passkey-add.js';
import './elements/ck-passkey-door.js';
import './elements/ck-print.js';
import './elements/ck-push.js';
import './elements/ck-queue.js';
import './elements/ck-scanner.js';
import './elements/ck-update.js';
import { keepSending } from './lib/keep-sending.js';
import { mayLeave } from './lib/leaving.js';
import { start } from './lib/start.js';

start('staff', { mayLeave });
keepSending();
