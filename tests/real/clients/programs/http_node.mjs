// http_node.mjs HOW BASE: one chat call without an SDK.
// HOW: fetch (the error is not caught), fetch-text (status and body are printed), axios (console.log(error)), axios-json (error.toJSON()), got.
const [how, base] = process.argv.slice(2);
const url = `${base}/chat/completions`;
const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Summarise the attached contract.' }] };
const headers = { authorization: `Bearer ${process.env.CANARY}` };

if (how.startsWith('fetch')) {
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(1000) });
  if (how === 'fetch-text') {
    console.log(answer.status, answer.statusText, answer.url);
    console.log(Object.fromEntries(answer.headers));
    console.log(await answer.text());
  } else {
    const data = await answer.json();
    console.log(data.choices[0].message.content);
  }
} else if (how.startsWith('axios')) {
  const { default: axios } = await import('axios');
  try {
    await axios.post(url, body, { headers, timeout: 1000 });
  } catch (error) {
    if (how === 'axios-json') console.log(JSON.stringify(error.toJSON(), null, 2));
    else console.log(error);
    if (how === 'axios-json' && error.response) console.log(error.response.status, error.response.data);
  }
} else {
  const { default: got } = await import('got');
  console.log(await got.post(url, { json: body, headers, timeout: { request: 1000 } }).json());
}
