/* What only the pages of forms need, beside the member app's script. */
import './elements/ck-asked.js';
