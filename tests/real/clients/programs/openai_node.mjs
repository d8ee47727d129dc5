// openai_node.mjs HOW BASE: one chat call. HOW: plain, stream, caught, timeout.
import OpenAI from 'openai';

Math.random = () => 0.5;
const [how, baseURL] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: process.env.CANARY, ...(how === 'timeout' ? { timeout: 1000, maxRetries: 1 } : {}) });
const call = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Summarise the attached contract.' }] };
if (how === 'stream') {
  for await (const event of await client.chat.completions.create({ ...call, stream: true })) {
    process.stdout.write(event.choices[0]?.delta?.content ?? '');
  }
} else if (how === 'caught') {
  try {
    await client.chat.completions.create(call);
  } catch (error) {
    console.error('summary failed:', error);
  }
} else {
  const answer = await client.chat.completions.create(call);
  console.log(answer.choices[0].message.content);
}
