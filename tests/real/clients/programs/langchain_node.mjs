// langchain_node.mjs HOW BASE: one call of ChatOpenAI; the error is not caught.
import { ChatOpenAI } from '@langchain/openai';

const [, baseURL] = process.argv.slice(2);
const llm = new ChatOpenAI({ model: 'gpt-4o-mini', apiKey: process.env.CANARY, maxRetries: 0, configuration: { baseURL } });
console.log((await llm.invoke('Summarise the attached contract.')).content);
