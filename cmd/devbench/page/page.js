// The page asks the bench for what its buttons say, and shows each change that the
// bench tells.
'use strict';
(() => {
  const by = (id) => document.getElementById(id);
  let state = { devices: [], slips: 0, code: '' };

  const ask = async (request) => {
    const said = by('said');
    said.className = '';
    try {
      const answer = await fetch('/do', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) });
      const reply = answer.ok ? await answer.json() : { error: await answer.text() };
      said.textContent = reply.error || 'done: ' + [request.do, request.device, request.kind].filter(Boolean).join(' ');
      said.className = reply.error ? '' : 'done';
    } catch {
      said.textContent = 'the bench does not answer';
    }
  };

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.do) ask(JSON.parse(button.dataset.do));
    if (button.dataset.cable) ask({ do: button.textContent, device: button.dataset.cable });
  });

  const scan = by('scan');
  scan.addEventListener('submit', (event) => {
    event.preventDefault();
    ask({ do: 'scan', code: scan.code.value });
  });
  by('again').addEventListener('click', () => {
    scan.code.value = state.code;
    ask({ do: 'scan', code: state.code });
  });

  const fault = by('fault');
  fault.addEventListener('submit', (event) => {
    event.preventDefault();
    const [device, kind] = fault.fault.value.split(' ');
    ask({ do: 'fault', device, kind, times: Number(fault.times.value), seconds: Number(fault.seconds.value) });
  });
  by('well').addEventListener('click', () => ask({ do: 'fault', device: fault.fault.value.split(' ')[0], kind: 'none' }));

  const show = (fresh) => {
    for (const d of fresh.devices) {
      const row = document.querySelector(`tr[data-device="${d.name}"]`);
      if (!row) continue;
      row.classList.toggle('out', !d.plugged);
      row.querySelector('.state').textContent = (d.plugged ? '' : 'unplugged ') + d.details;
      row.querySelector('button').textContent = d.plugged ? 'unplug' : 'plug';
    }
    by('ring').className = fresh.light;
    by('light').textContent = 'light ' + fresh.light;
    by('count').textContent = fresh.slips ? '№ ' + fresh.slips : '';
    by('none').hidden = fresh.slips > 0;
    if (fresh.slips !== state.slips && fresh.slips > 0) {
      by('slip').src = '/slip/' + fresh.slips;
      by('slip').hidden = false;
    }
    by('again').disabled = !fresh.code;
    state = fresh;
  };

  const source = new EventSource('/state');
  source.onmessage = (event) => { by('line').textContent = ''; show(JSON.parse(event.data)); };
  source.onerror = () => { by('line').textContent = '(the bench has ended)'; };
})();
