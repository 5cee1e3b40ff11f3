let running: Promise<void> | null = null;
let again = false;

/**
 * Fetches this very page and puts its list and figures (`data-live`) into the places of the old
 * ones; what somebody is typing into the search stays. Calls while one runs become one more.
 */
export function renewHubList(): Promise<void> {
  again = true;
  running ??= (async () => {
    try {
      while (again) {
        again = false;
        await renew();
      }
    } finally {
      running = null;
    }
  })();
  return running;
}

async function renew(): Promise<void> {
  const answer = await fetch(window.location.href, { headers: { accept: 'text/html' } }).catch(() => null);
  // The page of a hub that is gone: loaded anew, it says so.
  if (answer?.status === 404) return window.location.reload();
  // A portal that is away is what HubsLive says; the list stays as it was last known.
  if (answer?.ok !== true) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const parts = partsOf(document);
  const renewed = partsOf(fresh);
  // The first hub, the last one gone, hubs hidden from now on: another page, to be loaded as one.
  if ([...parts.keys()].join() !== [...renewed.keys()].join()) return window.location.reload();
  const focused = document.activeElement;
  for (const [name, part] of parts) {
    const now = renewed.get(name);
    if (now === undefined || now.innerHTML === part.innerHTML) continue;
    const link = part.contains(focused) ? focused?.getAttribute('href') : null;
    part.replaceChildren(...now.childNodes);
    if (link) part.querySelector<HTMLElement>(`a[href="${CSS.escape(link)}"]`)?.focus();
  }
}

/** The parts of the page that change while it stands open, by name. */
function partsOf(page: Document): Map<string, HTMLElement> {
  const parts = [...page.querySelectorAll<HTMLElement>('[data-live]')];
  return new Map(parts.map((part) => [part.dataset['live'] ?? '', part]));
}
