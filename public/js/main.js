// Everything here is help: each page works without it. Words come from the page, so that the server translates them.
import { copyOnPress } from './copy-link.js';
import { stopDoubleSubmits } from './double-submit.js';
import { focusSummary } from './focus-summary.js';
import { closeMenus } from './menus.js';
import { showCurrentEntry } from './nav.js';

document.documentElement.classList.add('js');

focusSummary();
closeMenus();
showCurrentEntry();
stopDoubleSubmits();
for (const button of document.querySelectorAll('[data-copy]')) copyOnPress(button);
