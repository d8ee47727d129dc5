// genai_node.mjs HOW BASE: one generateContent of @google/genai; the error is not caught.
import { GoogleGenAI } from '@google/genai';

const [, baseUrl] = process.argv.slice(2);
const ai = new GoogleGenAI({ apiKey: process.env.CANARY, httpOptions: { baseUrl } });
console.log((await ai.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Summarise the attached contract.' })).text);
