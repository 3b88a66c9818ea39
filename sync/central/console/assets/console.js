// The page follows the docket: when central says that something changed, the
// page is read anew and its regions are replaced. Calls ring until answered.
'use strict';
(() => {
  const code = document.querySelector('#invitation input[name=code]');
  if (code && location.hash.length > 1) {
    // The one-time address carries the code behind #, which no server ever sees.
    code.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, '', location.pathname);
  }
  // A group of the menu that was opened lies over the page: a press beside it, or Escape,
  // closes it.
  const groups = () => [...document.querySelectorAll('.menu details[open]')];
  addEventListener('click', (event) => groups().forEach((g) => { if (!g.contains(event.target)) g.open = false; }));
  addEventListener('keydown', (event) => { if (event.key === 'Escape') groups().forEach((g) => { g.open = false; g.firstElementChild.focus(); }); });

  const address = document.body.dataset.stream;
  if (!address) return;

  // The answer to a form stands still: asked for again it would be another page, and a
  // one-time address on it is shown only once. Its banner is read from this address.
  const still = document.body.dataset.still;
  const title = document.title;
  const line = document.getElementById('line');
  const show = (live) => {
    line.textContent = live ? line.dataset.live : line.dataset.lost;
    line.classList.toggle('lost', !live);
  };

  // What was being typed, and what was unfolded, survives the replacement.
  // The forms of a case post to one address and have fields of one name: the id tells them apart.
  const key = (e) => [e.form && e.form.getAttribute('action'), e.id, e.name, e.type === 'checkbox' || e.type === 'radio' ? e.value : ''].join(' ');
  const fields = (region) => [...region.querySelectorAll('textarea, input:not([type=hidden])')];
  const replace = (region, fresh) => {
    if (region.innerHTML === fresh.innerHTML) return;
    const known = new Set([...region.querySelectorAll('[data-case]')].map((e) => e.dataset.case));
    const typed = fields(region).map((e) => [key(e), e, e === document.activeElement])
      .filter(([, e, focused]) => focused || e.value !== e.defaultValue || e.checked !== e.defaultChecked);
    const folds = new Map([...region.querySelectorAll('details > summary')].map((s) => [s.textContent, s.parentElement.open]));
    const fill = [...fresh.childNodes].map((n) => document.importNode(n, true));
    region.replaceChildren(...fill);
    region.querySelectorAll('details > summary').forEach((s) => { if (folds.has(s.textContent)) s.parentElement.open = folds.get(s.textContent); });
    region.querySelectorAll('li[data-case]').forEach((e) => e.classList.toggle('new', !known.has(e.dataset.case)));
    for (const [name, old, focused] of typed) {
      const e = fields(region).find((e) => key(e) === name);
      if (!e || e.type === 'file') continue;
      e.value = old.value;
      e.checked = old.checked;
      if (!focused) continue;
      e.focus();
      if (old.selectionStart !== null && old.type !== 'checkbox') e.setSelectionRange(old.selectionStart, old.selectionStart);
    }
  };

  // Two readings have a rest between them, or a busy morning's hundreds of open pages
  // would leave central no time for what they wait for. A call waits for no rest.
  const rest = 2000;
  let reading = false, again = false, resting = null;
  const refresh = async (urgent) => {
    if (reading) { again = urgent ? 'urgent' : again || 'soon'; return; }
    if (resting && !urgent) { again = again || 'soon'; return; }
    clearTimeout(resting);
    reading = true;
    try {
      const answer = await fetch(still || location.pathname + location.search, { cache: 'no-store' });
      if (answer.redirected) { location.assign(answer.url); return; } // signed out
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
        for (const region of document.querySelectorAll('[data-region]')) {
          const other = fresh.getElementById(region.id);
          if (other) replace(region, other);
        }
        ring();
      }
    } catch { /* the line is down; it is read anew when the stream is back */ }
    reading = false;
    const next = () => { resting = null; if (again) { const urgent = again === 'urgent'; again = false; refresh(urgent); } };
    if (again === 'urgent') next(); else resting = setTimeout(next, rest);
  };

  // A call is answered without leaving the page: a note that is being typed
  // stays. When central cannot be asked, the call stays too.
  document.getElementById('calls').addEventListener('submit', async (event) => {
    event.preventDefault();
    const form = event.target, answer = new URLSearchParams(new FormData(form, event.submitter));
    for (const button of form.querySelectorAll('button')) button.disabled = true;
    try {
      await fetch(form.action, { method: 'POST', body: answer });
      refresh(true); // shows it answered, also when somebody else was faster
    } catch {
      for (const button of form.querySelectorAll('button')) button.disabled = false;
      show(false);
    }
  });

  // Browsers play no sound before the first click or key on a page.
  let audio = null;
  const wake = () => { audio = audio || new AudioContext(); audio.resume(); };
  addEventListener('pointerdown', wake, { once: true });
  addEventListener('keydown', wake, { once: true });
  const sound = () => {
    if (!audio || audio.state !== 'running') return;
    if (navigator.vibrate) navigator.vibrate([200, 100, 200]);
    [880, 660].forEach((tone, i) => {
      const source = audio.createOscillator(), gain = audio.createGain(), at = audio.currentTime + i * 0.25;
      source.frequency.value = tone;
      gain.gain.setValueAtTime(0.2, at);
      gain.gain.exponentialRampToValueAtTime(0.001, at + 0.24);
      source.connect(gain).connect(audio.destination);
      source.start(at); source.stop(at + 0.25);
    });
  };
  let bell = null;
  const ring = () => {
    const calling = document.querySelector('.call:not(.quiet)') !== null;
    if (calling && !bell) {
      let on = false;
      const strike = () => { on = !on; document.title = on ? document.body.dataset.ringing : title; if (on) sound(); };
      strike();
      bell = setInterval(strike, 1000);
    } else if (!calling && bell) {
      clearInterval(bell); bell = null; document.title = title;
    }
  };
  ring();

  // A line that is silent for three heartbeats is dead, even if it looks open.
  let source = null, watch = null;
  const alive = () => { clearTimeout(watch); watch = setTimeout(open, 15000); };
  const open = () => {
    if (source) { source.close(); show(false); }
    source = new EventSource(address);
    source.addEventListener('hello', () => { show(true); alive(); refresh(true); });
    source.addEventListener('beat', () => { show(true); alive(); });
    source.addEventListener('changed', (e) => { alive(); refresh(e.data === 'call' || e.data === 'everything'); });
    source.onerror = () => {
      show(false);
      // Refused rather than broken: signed out, or central is starting.
      if (source.readyState === EventSource.CLOSED) { clearTimeout(watch); watch = setTimeout(() => { refresh(); open(); }, 2000); }
    };
    alive();
  };
  open();
})();
