// anthropic_node.mjs HOW BASE: one message. HOW: plain, stream.
import Anthropic from '@anthropic-ai/sdk';

Math.random = () => 0.5;
const [how, baseURL] = process.argv.slice(2);
const client = new Anthropic({ baseURL, apiKey: process.env.CANARY });
const call = { model: 'claude-sonnet-4-5', max_tokens: 1024, messages: [{ role: 'user', content: 'Summarise the attached contract.' }] };
if (how === 'stream') {
  for await (const event of await client.messages.create({ ...call, stream: true })) console.log(event.type);
} else {
  console.log((await client.messages.create(call)).content[0].text);
}
