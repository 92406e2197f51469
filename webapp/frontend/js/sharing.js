/* What only pages with something to pass on need, beside the member app's script. */
import './elements/ck-share.js';
