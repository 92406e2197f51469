/* The member app: what every page of it needs. */
import './lib/shell.js';
import './elements/ck-badge.js';
import './elements/ck-busy.js';
import './elements/ck-dialog.js';
import './elements/ck-sheet.js';
import './elements/ck-stepper.js';
import './elements/ck-theme.js';
import './elements/ck-toast.js';
import './elements/ck-code-card.js';
import './elements/ck-install.js';
import './elements/ck-net.js';
import './elements/ck-passkey-add.js';
import './elements/ck-passkey-door.js';
import './elements/ck-print.js';
import './elements/ck-push.js';
import './elements/ck-read.js';
import './elements/ck-update.js';
import './elements/ck-wechat.js';
import { start } from './lib/start.js';

start('member');
