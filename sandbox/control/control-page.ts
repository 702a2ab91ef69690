import type { Form } from '../model';
import type { Stats } from './control';

/** The page at `/sandbox`: what it holds, and how to make something happen. */
export function controlPage(forms: readonly Form[], origin: string, { clock, deliveries, api }: Stats): string {
  const rows = forms.map(
    ({ id, title, language, fields }) =>
      `<tr><td><code>${escape(id)}</code></td><td>${escape(title)}</td><td>${language}</td><td>${fields.length}</td></tr>`,
  );
  const curl = (path: string, body: string) =>
    `<pre>curl -X POST ${escape(origin)}${path} -H 'Content-Type: application/json' -d '${escape(body)}'</pre>`;
  const formId = forms[0]?.id ?? 'FORM_ID';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Typeform sandbox</title>
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}
pre{background:#f4f4f4;padding:.5rem;overflow-x:auto}td,th{padding:.2rem 1rem .2rem 0;text-align:left}</style></head>
<body>
<h1>Typeform sandbox</h1>
<p>A stand-in for Typeform's API and webhooks. All people in it are invented.</p>
<p>Its clock says <b>${clock.now}</b> and runs at ${clock.speed} times real time.
Deliveries: ${deliveries.delivered} delivered, ${deliveries.pending} pending, ${deliveries.failed} failed,
${deliveries.cancelled} cancelled. API calls: ${api.total}.</p>
<h2>Forms</h2>
<table><tr><th>id</th><th>title</th><th>language</th><th>questions</th></tr>${rows.join('')}</table>
<h2>Submit a form</h2>
${curl(`/sandbox/forms/${formId}/submissions`, '{"count": 3}')}
<p>Also <code>partial</code>, <code>started</code>, <code>test</code>, <code>seed</code>, <code>at</code>,
<code>token</code> (go on with a partial), <code>deliver: false</code> (a lost delivery), <code>answerAll</code> (hidden fields too).</p>
<h2>See what was delivered</h2>
<p><a href="/sandbox/deliveries">/sandbox/deliveries</a>, <a href="/sandbox/webhooks">/sandbox/webhooks</a>,
<a href="/sandbox/stats">/sandbox/stats</a>, <a href="/sandbox/faults">/sandbox/faults</a></p>
<h2>Let time pass, break things, start again</h2>
${curl('/sandbox/clock', '{"advanceSeconds": 3600}')}
${curl('/sandbox/faults', '{"kind": "status", "target": "delivery", "status": 503, "times": 2}')}
${curl('/sandbox/settings', '{"lagMinutes": 0}')}
${curl('/sandbox/forms', '{"template": "every_type", "language": "de"}')}
${curl('/sandbox/reset', '{}')}
</body></html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
