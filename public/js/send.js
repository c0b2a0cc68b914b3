const PATIENCE_MS = 180_000;

/**
 * Posts a form's data and tells of real progress. Gives `{ abort, outcome }`; the outcome is one of
 * `{ arrived: address }`, `{ refused: { status, retryAfter, problem } }`, `{ broken: true }`, `{ aborted: true }`.
 */
export const send = (address, body, onProgress) => {
  const request = new XMLHttpRequest();
  const outcome = new Promise((tell) => {
    request.open('POST', address);
    request.setRequestHeader('Accept', 'application/json');
    request.timeout = PATIENCE_MS;
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status < 400) tell({ arrived: request.responseURL || address });
      else tell({ refused: readRefusal(request) });
    };
    request.onerror = request.ontimeout = () => tell({ broken: true });
    request.onabort = () => tell({ aborted: true });
    request.send(body);
  });
  return { abort: () => request.abort(), outcome };
};

const readRefusal = (request) => {
  const retryAfter = Number(request.getResponseHeader('Retry-After') ?? 0);
  try {
    return { status: request.status, retryAfter, problem: JSON.parse(request.responseText) };
  } catch {
    return { status: request.status, retryAfter, problem: null }; // a page: the session is over, say
  }
};
