// Node.js example: npm install openai, save this as chat.mjs, node chat.mjs
import OpenAI from "openai";

const apiKey = process.env.NVIDIA_API_KEY;
if (!apiKey) throw new Error("set NVIDIA_API_KEY");
// The library sends what it finds in OPENAI_* along, which is not for this service.
for (const name of Object.keys(process.env)) if (name.startsWith("OPENAI_")) delete process.env[name];

const client = new OpenAI({
  apiKey,
  baseURL: "https://integrate.api.nvidia.com/v1",
});
const response = await client.chat.completions.create({
  model: "nvidia/nemotron-3-super-120b-a12b",
  messages: [{ role: "user", content: "Say hello in one sentence." }],
});
console.log(response.choices[0].message.content);
