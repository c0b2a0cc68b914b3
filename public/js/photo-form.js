import { countDown } from './countdown.js';
import { makeSteps } from './photo-steps.js';
import { send } from './send.js';
import { shrink } from './shrink.js';
import { newUploadId } from './upload-id.js';

/** Longest wait that is counted down, in seconds, and how often; after that the server's page says more. */
const LONGEST_WAIT = 120;
const MOST_TRIES = 6;

/**
 * Preview with the oval, a smaller file, real progress, cancel, and trying again. One photo keeps one upload id and the
 * same bytes, however often it is sent; another photo gets another id.
 */
const enhancePhotoForm = (form) => {
  const part = (name) => form.querySelector(`[data-${name}]`);
  const words = form.dataset;
  const input = form.querySelector('input[type=file]');
  const id = form.querySelector('input[name=upload_id]');
  const [pick, chosen, up, retry] = ['pick', 'chosen', 'up', 'retry'].map(part);
  const [none, box, error, cancel] = ['none', 'preview', 'error', 'cancel'].map(part);
  const sendButton = chosen.querySelector('[type=submit]');
  const bar = form.querySelector('progress');
  const percent = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`, { style: 'percent' });
  const showSteps = makeSteps();
  const picture = new Image(480, 600);
  picture.alt = box.dataset.alt;
  box.prepend(picture);

  let file = null;
  let prepared = null;
  let sending = null;
  let tries = 0;
  let stopWaiting = () => {};

  const show = (state) => {
    for (const [name, element] of Object.entries({ pick, chosen, up, retry })) element.hidden = name !== state;
    box.hidden = !file;
    if (none) none.hidden = Boolean(file);
    showSteps(Boolean(file));
  };
  const fail = (text = '') => {
    error.hidden = text === '';
    error.querySelector('span').textContent = text;
    if (text === '') input.removeAttribute('aria-invalid');
    else input.setAttribute('aria-invalid', 'true');
    if (text !== '') error.scrollIntoView({ block: 'nearest' }); // it stands above the photo
  };
  const back = (text) => {
    sending = null;
    show('chosen');
    sendButton.focus();
    fail(text); // last: what is focused scrolls too
  };
  const drop = (text) => {
    file = prepared = null;
    input.value = '';
    show('pick');
    fail(text);
  };

  const take = (source) => {
    const [next] = source.files;
    if (!next) return;
    // Some phones name no type, or a general one for HEIC: then the server decides.
    if (next.type !== '' && !next.type.startsWith('image/') && !/\.hei[cf]$/i.test(next.name)) {
      drop(words.notImage);
      return;
    }
    fail();
    if (file) id.value = newUploadId();
    file = next;
    prepared = null;
    tries = 0;
    URL.revokeObjectURL(picture.src);
    picture.hidden = false;
    picture.src = URL.createObjectURL(next);
    show('chosen');
    sendButton.focus();
  };
  // Some phones take pictures that their browser cannot show; the server may still read them.
  picture.addEventListener('error', () => (picture.hidden = true));

  const wait = (seconds, forms) => {
    show('retry');
    part('now').focus();
    const write = (text) => (part('retry-text').textContent = text);
    stopWaiting = countDown(seconds, forms, { write, done: () => void post() });
  };
  const waitForNetwork = () => {
    show('retry');
    part('retry-text').textContent = words.offline;
    part('now').focus();
    const again = () => void post();
    window.addEventListener('online', again, { once: true });
    stopWaiting = () => window.removeEventListener('online', again);
  };

  const refuse = ({ status, retryAfter, problem }) => {
    sending = null;
    const busy = status === 503 || status === 429;
    if (busy && retryAfter > 0 && retryAfter <= LONGEST_WAIT && tries < MOST_TRIES) {
      tries += 1;
      wait(retryAfter, status === 429 ? words.waitMany : words.waitBusy);
    } else if (typeof problem?.location === 'string' && problem.location.startsWith('/')) {
      location.assign(problem.location);
    } else if (status < 500) {
      location.assign(form.action); // the page itself says what is the matter: the session or the link is over
    } else {
      back(words.failed);
    }
  };

  const post = async () => {
    stopWaiting();
    if (!file || sending) return;
    const preparing = (sending = {});
    fail();
    bar.removeAttribute('value');
    part('status').textContent = words.preparing;
    part('pct').textContent = '';
    cancel.hidden = false;
    show('up');
    cancel.focus();
    const photo = prepared ?? (await shrink(file));
    if (sending !== preparing) return; // stopped meanwhile
    prepared = photo;
    if (prepared.size > Number(words.maxBytes)) {
      sending = null;
      drop(words.tooBig);
      return;
    }
    const body = new FormData(form);
    body.delete(input.name);
    body.append(input.name, prepared, 'photo.jpg');
    sending = send(form.action, body, (share) => {
      bar.value = share * 100;
      part('pct').textContent = percent.format(share);
      part('status').textContent = share < 1 ? words.sending : words.checking;
      cancel.hidden = share === 1; // it has arrived: nothing can be taken back here
    });
    const outcome = await sending.outcome;
    if (outcome.arrived) location.assign(outcome.arrived);
    else if (outcome.refused) refuse(outcome.refused);
    else if (outcome.aborted) back(words.stopped);
    else if (navigator.onLine === false) {
      sending = null;
      waitForNetwork();
    } else back(words.failed);
  };

  input.addEventListener('change', () => take(input));
  part('again').addEventListener('click', () => {
    drop('');
    id.value = newUploadId();
    input.focus();
  });
  part('now').addEventListener('click', () => void post());
  part('stop').addEventListener('click', () => {
    stopWaiting();
    tries = 0;
    back('');
  });
  cancel.addEventListener('click', () => {
    if (sending?.abort) sending.abort();
    else back(words.stopped);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (file) void post();
    else {
      fail(words.noFile);
      input.focus();
    }
  });
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    sending = null;
    show(file ? 'chosen' : 'pick');
  });
  offerCamera(form, part('camera'), take);
  take(input); // a reloaded page may still hold a choice
};

/** On touch screens a button opens the camera at once, by an input of its own: the gallery stays open to the other. */
const offerCamera = (form, button, take) => {
  if (!window.matchMedia('(pointer: coarse)').matches) {
    form.querySelector('.one label').classList.remove('btn-2');
    return;
  }
  button.hidden = false;
  button.addEventListener('click', () => {
    const shot = document.createElement('input');
    shot.type = 'file';
    shot.accept = 'image/*';
    shot.setAttribute('capture', 'user');
    shot.addEventListener('change', () => take(shot));
    shot.click();
  });
};

for (const form of document.querySelectorAll('form[data-photo]')) enhancePhotoForm(form);
