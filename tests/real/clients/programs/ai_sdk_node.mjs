// ai_sdk_node.mjs HOW BASE: generateText or streamText of the Vercel AI SDK. HOW: openai, anthropic, stream.
import { generateText, streamText } from 'ai';
import { createOpenAI } from '@ai-sdk/openai';
import { createAnthropic } from '@ai-sdk/anthropic';

const [how, baseURL] = process.argv.slice(2);
const apiKey = process.env.CANARY;
const model = how === 'anthropic' ? createAnthropic({ baseURL, apiKey })('claude-sonnet-4-5') : createOpenAI({ baseURL, apiKey }).chat('gpt-4o-mini');
const call = { model, prompt: 'Summarise the attached contract.', maxRetries: 1 };
if (how === 'stream') {
  const result = streamText(call);
  for await (const text of result.textStream) process.stdout.write(text);
} else {
  try {
    console.log((await generateText(call)).text);
  } catch (error) {
    console.error(error);
  }
}
