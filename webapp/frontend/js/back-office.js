/* What only the back office needs: editors of products, order, pictures. Its pages load it beside the staff app's script. */
import './elements/ck-count.js';
import './elements/ck-options-editor.js';
import './elements/ck-paper.js';
import './elements/ck-picture-field.js';
import './elements/ck-scan-field.js';
import './elements/ck-sortable.js';
import './elements/ck-top-up.js';
